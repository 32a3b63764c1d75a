import type { JsonRecord, KubeObject, OwnerReference } from '../../../base/index.ts';
import type { FunctionObject, FunctionSpec } from '../../../api/function/index.ts';
import { functionPort } from '../settings.ts';
import type { FunctionSettings } from '../settings.ts';
import {
  environmentOf,
  graceSecondsOf,
  nodeSelectorOf,
  probesOf,
  resourcesOf,
  secretParts,
} from './pod-parts.ts';
import type { SecretFacts } from './pod-parts.ts';

/** Holds the spec a Deployment was made from; the gateway and older tools read it. */
export const specAnnotation = 'com.openfaas.function.spec';

const scrapeAnnotation = { 'prometheus.io.scrape': 'false' };

/** The function's object as controlling owner, so that deleting it removes what was made from it. */
export function ownerOf({ metadata }: FunctionObject): OwnerReference {
  return {
    apiVersion: 'openfaas.com/v1',
    kind: 'Function',
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The least number of pods: label `com.openfaas.scale.min`, else 1. */
export function minReplicasOf({ labels = {} }: FunctionSpec): number {
  const text = labels['com.openfaas.scale.min'] ?? '';
  return /^\d+$/.test(text) ? Number(text) : 1;
}

/** What a sync asks for: a number set by hand, by the gateway or by an autoscaler stays, unless it is under the minimum. */
export function replicasOf(spec: FunctionSpec, live: number | undefined): number {
  const min = minReplicasOf(spec);
  return live === 0 || (live !== undefined && live >= min) ? live : min;
}

/**
 * The Deployment of a function, without replicas of a live one.
 * @throws {KnownError} `invalid` for a quantity or a probe delay that cannot be read.
 */
export function deploymentOf(
  object: FunctionObject,
  secrets: readonly SecretFacts[],
  settings: FunctionSettings,
): KubeObject {
  const { spec, metadata } = object;
  const selector = { app: spec.name, controller: metadata.name };
  const annotations = { ...scrapeAnnotation, ...spec.annotations };
  // The keys of the selector are put last: a user's label must not take the pods out of it.
  const labels = { faas_function: spec.name, ...spec.labels, ...selector };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: spec.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: { faas_function: spec.name },
      annotations: { ...annotations, [specAnnotation]: JSON.stringify(spec) },
      ownerReferences: [ownerOf(object)],
    },
    spec: {
      replicas: minReplicasOf(spec),
      revisionHistoryLimit: 5,
      selector: { matchLabels: selector },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels, annotations },
        spec: podSpecOf(spec, secrets, settings),
      },
    },
  };
}

function podSpecOf(
  spec: FunctionSpec,
  secrets: readonly SecretFacts[],
  settings: FunctionSettings,
): JsonRecord {
  const { imagePullSecrets, volumes, volumeMounts } = secretParts(spec.name, secrets);
  const readOnly = spec.readOnlyRootFilesystem === true;
  const account = spec.annotations?.['com.openfaas.serviceaccount'];
  return {
    ...(account === undefined ? {} : { serviceAccountName: account }),
    nodeSelector: nodeSelectorOf(spec),
    terminationGracePeriodSeconds: graceSecondsOf(spec),
    imagePullSecrets,
    volumes: [...(readOnly ? [{ name: 'temp', emptyDir: {} }] : []), ...volumes],
    containers: [
      {
        name: spec.name,
        image: spec.image,
        imagePullPolicy: settings.imagePullPolicy,
        ports: [{ name: 'http', containerPort: functionPort, protocol: 'TCP' }],
        env: environmentOf(spec),
        resources: resourcesOf(spec),
        ...probesOf(spec, settings),
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: readOnly,
          ...(settings.setNonRootUser ? { runAsUser: 12_000 } : {}),
        },
        volumeMounts: [
          ...(readOnly ? [{ name: 'temp', mountPath: '/tmp', readOnly: false }] : []),
          ...volumeMounts,
        ],
      },
    ],
  };
}

/** The Service of a function. */
export function serviceOf(object: FunctionObject): KubeObject {
  const { spec, metadata } = object;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: spec.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      annotations: { ...scrapeAnnotation },
      ownerReferences: [ownerOf(object)],
    },
    spec: {
      type: 'ClusterIP',
      selector: { faas_function: spec.name },
      ports: [{ name: 'http', port: functionPort, targetPort: functionPort, protocol: 'TCP' }],
    },
  };
}
