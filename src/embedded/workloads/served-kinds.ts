import type { Kind, KubeObject } from '../../base/index.ts';

/** Gives a kind in the version that the API server serves. */
export type Served = <O extends KubeObject>(kind: Kind<O>) => Kind<O>;

/** Kinds that Kubernetes 1.20 has in an older version only; their fields are the same. */
const older: Readonly<Record<string, string>> = {
  'discovery.k8s.io/v1 EndpointSlice': 'discovery.k8s.io/v1beta1',
  'policy/v1 PodDisruptionBudget': 'policy/v1beta1',
  'batch/v1 CronJob': 'batch/v1beta1',
  'autoscaling/v2 HorizontalPodAutoscaler': 'autoscaling/v2beta2',
};

/** For a profile of the API server: the legacy one is like 1.20. */
export function servedKinds(profile: 'modern' | 'legacy'): Served {
  return (kind) => {
    const found = older[`${kind.apiVersion} ${kind.kind}`];
    return profile === 'modern' || found === undefined ? kind : { ...kind, apiVersion: found };
  };
}
