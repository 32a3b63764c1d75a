import type { KubeObject } from '../../../base/index.ts';
import type { Condition, LabelSelector } from '../../../lib/kube/index.ts';
import type { PodTemplate } from '../objects.ts';

/** What the loops read of a Job. */
export interface Job extends KubeObject {
  spec: {
    parallelism?: number;
    completions?: number;
    completionMode?: string;
    backoffLimit?: number;
    backoffLimitPerIndex?: number;
    maxFailedIndexes?: number;
    activeDeadlineSeconds?: number;
    ttlSecondsAfterFinished?: number;
    suspend?: boolean;
    podFailurePolicy?: { rules?: FailureRule[] };
    successPolicy?: { rules?: SuccessRule[] };
    podReplacementPolicy?: string;
    managedBy?: string;
    selector?: LabelSelector;
    template: PodTemplate;
  };
  status?: JobStatus;
}

/** What a failed pod means, the first rule that fits counts. */
export interface FailureRule {
  action: string;
  onExitCodes?: { containerName?: string | null; operator: string; values: number[] } | null;
  onPodConditions?: Array<{ type: string; status?: string }> | null;
}

/** Which successes are enough. */
export interface SuccessRule {
  succeededIndexes?: string;
  succeededCount?: number;
}

export interface JobCondition extends Condition {
  lastProbeTime?: string;
}

export interface JobStatus {
  startTime?: string;
  completionTime?: string;
  active?: number;
  ready?: number;
  succeeded?: number;
  failed?: number;
  terminating?: number;
  /** `0,2-4` */
  completedIndexes?: string;
  failedIndexes?: string;
  uncountedTerminatedPods?: object;
  conditions?: JobCondition[];
}

/** Whether every pod has an index, and each index one success. */
export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed';
}
