import type { JsonRecord, KubeObject } from '../../base/index.ts';
import { recordAt, recordsAt, valueAt } from './records.ts';
import { resourceOf } from './registry/registry.ts';

type Read = (object: JsonRecord) => unknown;

const at =
  (...path: readonly string[]): Read =>
  (object) =>
    valueAt(object, ...path);

/** A dotted field of the object itself. */
const own = (paths: readonly string[]): Record<string, Read> =>
  Object.fromEntries(paths.map((path) => [path, at(...path.split('.'))]));

const references = [
  'kind',
  'namespace',
  'name',
  'uid',
  'apiVersion',
  'resourceVersion',
  'fieldPath',
] as const;

const byKind: Readonly<Record<string, Readonly<Record<string, Read>>>> = {
  Pod: {
    ...own([
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'status.phase',
      'status.podIP',
      'status.nominatedNodeName',
    ]),
    'spec.hostNetwork': (pod) => valueAt(pod, 'spec', 'hostNetwork') === true,
    'status.podIPs': (pod) =>
      recordsAt(pod, 'status', 'podIPs')
        .map((each) => String(each['ip']))
        .join(','),
  },
  Node: { 'spec.unschedulable': (node) => valueAt(node, 'spec', 'unschedulable') === true },
  Namespace: own(['status.phase']),
  Secret: own(['type']),
  ReplicaSet: { 'status.replicas': (set) => valueAt(set, 'status', 'replicas') ?? 0 },
  ReplicationController: { 'status.replicas': (set) => valueAt(set, 'status', 'replicas') ?? 0 },
  Job: { 'status.successful': (job) => valueAt(job, 'status', 'succeeded') ?? 0 },
  CertificateSigningRequest: own(['spec.signerName']),
  Service: own(['spec.clusterIP', 'spec.type']),
};

const eventFields = (reference: string, component: string): Record<string, Read> => ({
  ...Object.fromEntries(
    references.map((field): [string, Read] => [
      `${reference}.${field}`,
      (event) => recordAt(event, reference)[field],
    ]),
  ),
  reason: at('reason'),
  type: at('type'),
  [component]: at(component),
});

const coreEvent: Readonly<Record<string, Read>> = {
  ...eventFields('involvedObject', 'reportingComponent'),
  source: (event) => valueAt(event, 'source', 'component') || event['reportingComponent'],
};
const newEvent = eventFields('regarding', 'reportingController');

function readersOf(apiVersion: string, kind: string): Readonly<Record<string, Read>> {
  if (kind === 'Event') return apiVersion === 'v1' ? coreEvent : newEvent;
  return byKind[kind] ?? {};
}

/**
 * The values field selectors see, in the labels of the object's own version; metadata.name and
 * metadata.namespace are there for every kind, custom ones too.
 */
export function fieldsOf(object: KubeObject): Record<string, string> {
  const fields: Record<string, string> = {
    'metadata.name': object.metadata.name,
    'metadata.namespace': object.metadata.namespace ?? '',
  };
  for (const [label, read] of Object.entries(readersOf(object.apiVersion, object.kind))) {
    fields[label] = String(read(object) ?? '');
  }
  return fields;
}

/** The labels a kind's field selectors may name. */
export function fieldLabelsOf(apiVersion: string, kind: string): readonly string[] {
  return ['metadata.name', 'metadata.namespace', ...Object.keys(readersOf(apiVersion, kind))];
}

/** The 400 for any other label: kinds that select by fields of their own word it differently. */
export function fieldLabelComplaint(apiVersion: string, kind: string, label: string): string {
  if (kind === 'Job') return `field label "${label}" not supported for Job`;
  const isPlain = resourceOf(apiVersion, kind) !== undefined;
  return isPlain && Object.keys(readersOf(apiVersion, kind)).length === 0
    ? `"${label}" is not a known field selector: only "metadata.name", "metadata.namespace"`
    : `field label not supported: ${label}`;
}
