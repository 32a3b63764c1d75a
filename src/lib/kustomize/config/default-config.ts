import { fieldSpec, sorted } from './field-spec.ts';
import type { FieldSpec } from './field-spec.ts';
import { nameReferences } from './name-references.ts';
import type { TransformerConfig } from './transformer-config.ts';

const many = (kinds: string, path: string, create: boolean, group = ''): FieldSpec[] =>
  kinds.split(' ').map((kind) => fieldSpec(path, { kind, group }, create));

const controller = { version: 'v1', kind: 'ReplicationController' };

function metadataOf(field: 'labels' | 'annotations', setGroup: string): FieldSpec[] {
  const template = `spec/template/metadata/${field}`;
  return [
    fieldSpec(`metadata/${field}`, {}, true),
    fieldSpec(template, controller, true),
    ...many('Deployment ReplicaSet DaemonSet', template, true),
    ...many('StatefulSet', template, true, setGroup),
    ...(field === 'labels'
      ? many('StatefulSet', 'spec/volumeClaimTemplates[]/metadata/labels', true, 'apps')
      : []),
    ...many('Job', template, true, 'batch'),
    ...many('CronJob', `spec/jobTemplate/metadata/${field}`, true, 'batch'),
    ...many('CronJob', `spec/jobTemplate/spec/template/metadata/${field}`, true, 'batch'),
  ];
}

const affinityTerms = ['podAffinity', 'podAntiAffinity'].flatMap((affinity) => [
  `affinity/${affinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector`,
  `affinity/${affinity}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector`,
]);
const podSelectors = [...affinityTerms, 'topologySpreadConstraints/labelSelector'].map(
  (path) => `spec/template/spec/${path}/matchLabels`,
);

const selectors: readonly FieldSpec[] = [
  fieldSpec('spec/selector', { version: 'v1', kind: 'Service' }, true),
  fieldSpec('spec/selector', controller, true),
  ...many('Deployment', 'spec/selector/matchLabels', true),
  ...podSelectors.flatMap((path) => many('Deployment', path, false, 'apps')),
  ...many('ReplicaSet DaemonSet', 'spec/selector/matchLabels', true),
  ...many('StatefulSet', 'spec/selector/matchLabels', true, 'apps'),
  ...podSelectors.flatMap((path) => many('StatefulSet', path, false, 'apps')),
  ...many('Job', 'spec/selector/matchLabels', false, 'batch'),
  ...many('CronJob', 'spec/jobTemplate/spec/selector/matchLabels', false, 'batch'),
  ...many('PodDisruptionBudget', 'spec/selector/matchLabels', false, 'policy'),
  ...['spec/podSelector', 'spec/ingress/from/podSelector', 'spec/egress/to/podSelector'].flatMap(
    (path) => many('NetworkPolicy', `${path}/matchLabels`, false, 'networking.k8s.io'),
  ),
];

const podVariables = ['containers', 'initContainers'].flatMap((list) =>
  ['args', 'command', 'env/value', 'volumeMounts/mountPath'].map((field) => `${list}/${field}`),
);

function variablesOf(kind: string, podSpec: string, volumes = `${podSpec}/volumes`): FieldSpec[] {
  return [...podVariables.map((path) => `${podSpec}/${path}`), `${volumes}/nfs/server`].map(
    (path) => fieldSpec(path, { kind }),
  );
}

const variables: readonly FieldSpec[] = [
  ...variablesOf(
    'CronJob',
    'spec/jobTemplate/spec/template/spec',
    'spec/jobTemplate/spec/template/volumes',
  ),
  ...variablesOf('DaemonSet', 'spec/template/spec'),
  ...variablesOf('Deployment', 'spec/template/spec'),
  fieldSpec('spec/template/metadata/annotations', { kind: 'Deployment' }),
  ...['spec/rules/host', 'spec/tls/hosts', 'spec/tls/secretName'].map((path) =>
    fieldSpec(path, { kind: 'Ingress' }),
  ),
  ...variablesOf('Job', 'spec/template/spec'),
  ...variablesOf('Pod', 'spec'),
  ...variablesOf('ReplicaSet', 'spec/template/spec'),
  fieldSpec('spec/ports/port', { kind: 'Service' }),
  fieldSpec('spec/ports/targetPort', { kind: 'Service' }),
  ...variablesOf('StatefulSet', 'spec/template/spec', 'spec/volumeClaimTemplates/spec'),
  fieldSpec('spec/nfs/server', { kind: 'PersistentVolume' }),
  fieldSpec('metadata/labels'),
  fieldSpec('metadata/annotations'),
];

const webhookService = 'spec/conversion/webhook/clientConfig/service/namespace';

/** What kustomize 5.5 knows without any `configurations`; data, found in its documentation. */
export const defaultConfig: TransformerConfig = {
  namePrefix: [fieldSpec('metadata/name')],
  nameSuffix: [fieldSpec('metadata/name')],
  namespace: sorted([
    fieldSpec('metadata/name', { kind: 'Namespace' }, true),
    fieldSpec(
      'spec/service/namespace',
      { group: 'apiregistration.k8s.io', kind: 'APIService' },
      true,
    ),
    fieldSpec(webhookService, { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' }),
  ]),
  commonLabels: sorted([...selectors, ...metadataOf('labels', 'apps')]),
  labels: [],
  templateLabels: sorted(metadataOf('labels', 'apps')),
  commonAnnotations: sorted(metadataOf('annotations', '')),
  varReference: sorted(variables),
  images: ['spec', 'spec/template/spec'].flatMap((spec) =>
    ['containers', 'initContainers'].map((list) => fieldSpec(`${spec}/${list}[]/image`, {}, true)),
  ),
  replicas: sorted(
    many('Deployment ReplicationController ReplicaSet StatefulSet', 'spec/replicas', true),
  ),
  nameReference: nameReferences,
};
