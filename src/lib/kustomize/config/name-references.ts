import type { Gvk } from '../resource/res-id.ts';
import { fieldSpec, sorted } from './field-spec.ts';
import type { FieldSpec, NameReference } from './field-spec.ts';

const rbac = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io';

/** Where each workload kind keeps its pod spec. */
const podSpecs: Readonly<Record<string, string>> = {
  Pod: 'spec',
  PodTemplate: 'template/spec',
  Deployment: 'spec/template/spec',
  ReplicaSet: 'spec/template/spec',
  DaemonSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
  Job: 'spec/template/spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
  ReplicationController: 'spec/template/spec',
};

function inPods(kinds: string, paths: readonly string[], versionOfPod = ''): FieldSpec[] {
  return kinds.split(' ').flatMap((kind) =>
    paths.map((path) =>
      fieldSpec(`${podSpecs[kind] ?? ''}/${path}`, {
        kind,
        version: kind === 'Pod' ? versionOfPod : '',
      }),
    ),
  );
}

const withTemplates = 'Pod PodTemplate Deployment ReplicaSet DaemonSet StatefulSet Job CronJob';
const withoutSets = 'Pod StatefulSet Deployment ReplicationController CronJob Job DaemonSet';

function sourcesOf(kind: 'configMap' | 'secret'): string[] {
  return [
    kind === 'secret' ? 'volumes/secret/secretName' : 'volumes/configMap/name',
    `containers/env/valueFrom/${kind}KeyRef/name`,
    `initContainers/env/valueFrom/${kind}KeyRef/name`,
    `containers/envFrom/${kind}Ref/name`,
    `initContainers/envFrom/${kind}Ref/name`,
    ...(kind === 'secret' ? ['imagePullSecrets/name'] : []),
    `volumes/projected/sources/${kind}/name`,
  ];
}

const of = (gvk: Partial<Gvk>, ...fieldSpecs: FieldSpec[]): NameReference => ({
  group: '',
  version: '',
  kind: '',
  ...gvk,
  fieldSpecs,
});

const inKind = (kind: string, ...paths: string[]): FieldSpec[] =>
  paths.map((path) => fieldSpec(path, { kind }));

const scaled = ['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map((kind) =>
  of({ kind }, ...inKind('HorizontalPodAutoscaler', 'spec/scaleTargetRef/name')),
);

const configMap = of(
  { kind: 'ConfigMap', version: 'v1' },
  ...inPods(withTemplates, sourcesOf('configMap'), 'v1'),
  ...inKind('Node', 'spec/configSource/configMap'),
  ...inKind('Role', 'rules/resourceNames'),
  ...inKind('ClusterRole', 'rules/resourceNames'),
  ...inKind(
    'Ingress',
    'metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap',
  ),
);

const secret = of(
  { kind: 'Secret', version: 'v1' },
  ...inPods(withTemplates, sourcesOf('secret'), 'v1'),
  ...inKind(
    'Ingress',
    'spec/tls/secretName',
    'metadata/annotations/ingress.kubernetes.io\\/auth-secret',
    'metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret',
    'metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret',
  ),
  ...inKind('ServiceAccount', 'imagePullSecrets/name'),
  ...inKind(
    'StorageClass',
    'parameters/secretName',
    'parameters/adminSecretName',
    'parameters/userSecretName',
    'parameters/secretRef',
  ),
  ...inKind('Role', 'rules/resourceNames'),
  ...inKind('ClusterRole', 'rules/resourceNames'),
  fieldSpec('spec/template/spec/containers/env/valueFrom/secretKeyRef/name', {
    kind: 'Service',
    group: 'serving.knative.dev',
    version: 'v1',
  }),
  ...inKind('PersistentVolume', 'spec/azureFile/secretName'),
);

const service = of(
  { kind: 'Service', version: 'v1' },
  fieldSpec('spec/serviceName', { kind: 'StatefulSet', group: 'apps' }),
  ...inKind(
    'Ingress',
    'spec/rules/http/paths/backend/serviceName',
    'spec/backend/serviceName',
    'spec/rules/http/paths/backend/service/name',
    'spec/defaultBackend/service/name',
  ),
  fieldSpec('spec/service/name', { kind: 'APIService', group: 'apiregistration.k8s.io' }),
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) =>
    fieldSpec('webhooks/clientConfig/service', { kind, group: admission }),
  ),
);

const bindings = (path: string, ...kinds: string[]): FieldSpec[] =>
  kinds.map((kind) => fieldSpec(path, { kind, group: rbac }));

const others = [
  of({ kind: 'Role', group: rbac }, ...bindings('roleRef/name', 'RoleBinding')),
  of(
    { kind: 'ClusterRole', group: rbac },
    ...bindings('roleRef/name', 'RoleBinding', 'ClusterRoleBinding'),
  ),
  of(
    { kind: 'ServiceAccount', version: 'v1' },
    ...bindings('subjects', 'RoleBinding', 'ClusterRoleBinding'),
    ...inPods(withoutSets, ['serviceAccountName']),
  ),
  of(
    { kind: 'PersistentVolumeClaim', version: 'v1' },
    ...inPods(withoutSets, ['volumes/persistentVolumeClaim/claimName']),
  ),
  of(
    { kind: 'PersistentVolume', version: 'v1' },
    ...inKind('PersistentVolumeClaim', 'spec/volumeName'),
    ...inKind('ClusterRole', 'rules/resourceNames'),
  ),
  of(
    { kind: 'StorageClass', version: 'v1', group: 'storage.k8s.io' },
    ...inKind('PersistentVolume', 'spec/storageClassName'),
    ...inKind('PersistentVolumeClaim', 'spec/storageClassName'),
    ...inKind('StatefulSet', 'spec/volumeClaimTemplates/spec/storageClassName'),
  ),
  of(
    { kind: 'PriorityClass', version: 'v1', group: 'scheduling.k8s.io' },
    ...inPods(withoutSets, ['priorityClassName']),
  ),
  // kustomize names the group with its version here, so that it never fits.
  of(
    { kind: 'IngressClass', version: 'v1', group: 'networking.k8s.io/v1' },
    ...inKind('Ingress', 'spec/ingressClassName'),
  ),
  of(
    { kind: 'ValidatingAdmissionPolicy', group: admission },
    ...bindings('spec/policyName', 'ValidatingAdmissionPolicyBinding').map((each) => ({
      ...each,
      group: admission,
    })),
  ),
];

/** The fields in which kustomize 5.5 looks for names of objects, by the kind that is named. */
export const nameReferences: readonly NameReference[] = sorted([
  ...scaled,
  configMap,
  secret,
  service,
  ...others,
]);
