import type { KubeObject } from '../../../base/index.ts';
import type { Condition, LabelSelector } from '../../../lib/kube/index.ts';

/** Where a metric shall be: exactly one of the three is set. */
export interface MetricTarget {
  type?: string;
  averageUtilization?: number;
  averageValue?: string;
  value?: string;
}

export interface MetricSpec {
  type: string;
  resource?: { name: string; target: MetricTarget };
  containerResource?: { name: string; container: string; target: MetricTarget };
  pods?: { metric: { name: string } };
  object?: { metric: { name: string } };
  external?: { metric: { name: string } };
}

/** How fast it may go in one direction. */
export interface ScalingRules {
  stabilizationWindowSeconds?: number | null;
  selectPolicy?: string | null;
  policies?: Array<{ type: string; value: number; periodSeconds: number }> | null;
  tolerance?: string | null;
}

/** A HorizontalPodAutoscaler of autoscaling/v2. */
export interface Autoscaler extends KubeObject {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind: string; name: string };
    minReplicas?: number;
    maxReplicas: number;
    metrics?: MetricSpec[];
    behavior?: { scaleUp?: ScalingRules; scaleDown?: ScalingRules };
  };
  status?: AutoscalerStatus;
}

export interface AutoscalerStatus {
  observedGeneration?: number;
  lastScaleTime?: string;
  currentReplicas?: number;
  desiredReplicas: number;
  currentMetrics?: object[];
  conditions?: Condition[];
}

/** What `/scale` says of a target. */
export interface Scale {
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly selector: LabelSelector;
}

/** What one container of a pod uses: cores and bytes. */
export interface Usage {
  readonly cores: number;
  readonly memoryBytes: number;
}

/** What the containers of one pod use at some moment, by name. */
export type PodUsage = ReadonlyMap<string, Usage>;

/** One of the things that is said of an autoscaler. */
export interface Said {
  readonly type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited';
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
}
