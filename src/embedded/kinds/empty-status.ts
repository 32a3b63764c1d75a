import type { JsonRecord } from '../../base/index.ts';

const noReplicas = { replicas: 0 };

/**
 * What stands in the status of a new object before any loop has looked at it. A real server always
 * writes these members: clients compare objects whole, and some read `.status.replicas` without asking.
 * Kinds with a phase are elsewhere.
 */
const emptyStatuses: Readonly<Record<string, JsonRecord>> = {
  APIService: {},
  CertificateSigningRequest: {},
  CronJob: {},
  DaemonSet: {
    currentNumberScheduled: 0,
    desiredNumberScheduled: 0,
    numberMisscheduled: 0,
    numberReady: 0,
  },
  Deployment: {},
  HorizontalPodAutoscaler: { currentMetrics: null, desiredReplicas: 0 },
  Ingress: { loadBalancer: {} },
  Job: {},
  PodDisruptionBudget: {
    currentHealthy: 0,
    desiredHealthy: 0,
    disruptionsAllowed: 0,
    expectedPods: 0,
  },
  ReplicaSet: noReplicas,
  ReplicationController: noReplicas,
  ResourceQuota: {},
  Service: { loadBalancer: {} },
  StatefulSet: { availableReplicas: 0, replicas: 0 },
  VolumeAttachment: { attached: false },
};

/** A fresh status for a new object of the kind; undefined: the kind starts without one. */
export function emptyStatus(kind: string): JsonRecord | undefined {
  const status = emptyStatuses[kind];
  return status === undefined ? undefined : structuredClone(status);
}
