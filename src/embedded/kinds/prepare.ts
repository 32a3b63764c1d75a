import type { JsonRecord, KubeObject } from '../../base/index.ts';
import { deepEqual } from '../../lib/schema/index.ts';
import { emptyStatus } from './empty-status.ts';
import { ensureRecord, fill, recordAt, recordsAt, textAt, valueAt } from './records.ts';
import { resourceOf } from './registry/registry.ts';

const specless: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

/**
 * What create does to the body before defaulting and validation, in place: status goes where it is a
 * subresource, generation starts at 1, a Namespace gets its finalizer, a Job the selector made from its
 * uid (so set `metadata.uid` first).
 */
export function prepareCreate(object: KubeObject): void {
  const resource = resourceOf(object.apiVersion, object.kind);
  if (resource === undefined) return;
  if (resource.hasStatus) startStatus(object);
  delete object.metadata.generation;
  if (resource.generation) object.metadata.generation = 1;
  onCreate[object.kind]?.(object);
}

/** What the client sends as status does not count. */
function startStatus(object: KubeObject): void {
  delete object['status'];
  const status = emptyStatus(object.kind);
  if (status !== undefined) object['status'] = status;
}

const onCreate: Readonly<Record<string, (object: KubeObject) => void>> = {
  Namespace(object) {
    fill(ensureRecord(object, 'spec'), { finalizers: ['kubernetes'] });
  },
  Job: generateJobSelector,
  Pod(object) {
    object['status'] = { phase: 'Pending', qosClass: qosClass(object) };
  },
  PersistentVolume(object) {
    object['status'] = { phase: 'Pending' };
  },
  PersistentVolumeClaim(object) {
    object['status'] = { phase: 'Pending' };
  },
  Node(object) {
    fill(ensureRecord(object, 'spec'), {});
  },
};

/** Labels that tie pods to their Job; the short ones are kept for old readers. */
function generateJobSelector(job: KubeObject): void {
  const spec = ensureRecord(job, 'spec');
  if (spec['manualSelector'] === true) return;
  const uid = job.metadata.uid ?? '';
  const metadata = ensureRecord(ensureRecord(spec, 'template'), 'metadata');
  const labels = ensureRecord(metadata, 'labels');
  const name = job.metadata.name;
  fill(labels, {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  });
  const selector = ensureRecord(spec, 'selector');
  fill(ensureRecord(selector, 'matchLabels'), { 'batch.kubernetes.io/controller-uid': uid });
}

/** Guaranteed: every container has equal cpu and memory requests and limits; BestEffort: none has any. */
export function qosClass(pod: KubeObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const spec = recordAt(pod, 'spec');
  const containers = [spec['containers'], spec['initContainers']]
    .flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
    .map((each) => recordAt(each, 'resources'));
  const counted = (map: JsonRecord): JsonRecord => ({
    ...(map['cpu'] === undefined ? {} : { cpu: map['cpu'] }),
    ...(map['memory'] === undefined ? {} : { memory: map['memory'] }),
  });
  const pairs = containers.map((each) => ({
    limits: counted(recordAt(each, 'limits')),
    requests: counted({ ...recordAt(each, 'limits'), ...recordAt(each, 'requests') }),
  }));
  if (pairs.every(({ requests }) => Object.keys(requests).length === 0)) return 'BestEffort';
  const guaranteed = pairs.every(
    ({ limits, requests }) => Object.keys(limits).length === 2 && deepEqual(limits, requests),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/**
 * What update keeps of the stored object, in place on `object`: the main endpoint keeps status (and
 * what only the server sets), `/status` keeps everything but status, other endpoints write what they are
 * named for. Generation counts changes.
 */
export function prepareUpdate(object: KubeObject, old: KubeObject, subresource?: string): void {
  const resource = resourceOf(object.apiVersion, object.kind);
  keepServerMetadata(object, old);
  if (resource === undefined) return;
  const only = subresource === undefined ? undefined : throughSubresource[subresource];
  if (only !== undefined) only(object, old);
  else if (resource.hasStatus) restore(object, old, 'status');
  if (resource.generation && subresource !== 'status' && specChanged(object, old)) {
    object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  }
  if (subresource === undefined) onUpdate[object.kind]?.(object, old);
}

/** uid is checked, not restored; these are restored silently, as a real server does. */
function keepServerMetadata(object: KubeObject, old: KubeObject): void {
  const metadata: JsonRecord = object.metadata as object as JsonRecord;
  const before: JsonRecord = old.metadata as object as JsonRecord;
  const fields = [
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
  ];
  for (const field of fields) restore(metadata, before, field);
  delete metadata['selfLink'];
  if (metadata['uid'] === undefined || metadata['uid'] === '') restore(metadata, before, 'uid');
}

/** What each of these endpoints writes; all else stays as it was. */
const throughSubresource: Readonly<Record<string, (object: KubeObject, old: KubeObject) => void>> =
  {
    status: keepAllButStatus,
    approval(object, old) {
      const conditions = recordsAt(object, 'status', 'conditions');
      keepAllButStatus(object, old);
      restore(object, old, 'status');
      ensureRecord(object, 'status')['conditions'] = conditions.map(withTransition);
    },
    ephemeralcontainers(object, old) {
      const added = valueAt(object, 'spec', 'ephemeralContainers');
      keepAll(object, old);
      if (added !== undefined) ensureRecord(object, 'spec')['ephemeralContainers'] = added;
    },
    resize(object, old) {
      const wanted = recordsAt(object, 'spec', 'containers');
      keepAll(object, old);
      for (const container of recordsAt(object, 'spec', 'containers')) {
        const found = wanted.find(({ name }) => name === container['name']);
        if (found?.['resources'] !== undefined) container['resources'] = found['resources'];
      }
    },
  };

/** An approver names the moment of its word; that is when the condition came to be. */
function withTransition(condition: JsonRecord): JsonRecord {
  const since = condition['lastTransitionTime'] ?? condition['lastUpdateTime'];
  return since === undefined ? condition : { ...condition, lastTransitionTime: since };
}

function keepAll(object: KubeObject, old: KubeObject): void {
  keepAllButStatus(object, old);
  restore(object, old, 'status');
}

function keepAllButStatus(object: KubeObject, old: KubeObject): void {
  for (const key of new Set([...Object.keys(object), ...Object.keys(old)])) {
    if (!specless.has(key)) restore(object, old, key);
  }
  const metadata: JsonRecord = object.metadata as object as JsonRecord;
  const before: JsonRecord = old.metadata as object as JsonRecord;
  for (const key of keptByStatus(object.kind)) restore(metadata, before, key);
}

const wholeMetadata = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;
const keptMetadata: Readonly<Record<string, readonly string[]>> = {
  APIService: wholeMetadata,
  CustomResourceDefinition: wholeMetadata,
  Deployment: ['labels'],
  FlowSchema: wholeMetadata,
  Pod: ['ownerReferences'],
  PriorityLevelConfiguration: wholeMetadata,
  ServiceCIDR: wholeMetadata,
  ValidatingAdmissionPolicy: wholeMetadata,
  VolumeAttachment: wholeMetadata,
};

/** The fields of metadata that a write to `/status` does not change; most kinds take annotations there. */
export function keptByStatus(kind: string): readonly string[] {
  return keptMetadata[kind] ?? [];
}

function restore(object: JsonRecord, old: JsonRecord, key: string): void {
  if (old[key] === undefined) delete object[key];
  else object[key] = structuredClone(old[key]);
}

const onUpdate: Readonly<Record<string, (object: KubeObject, old: KubeObject) => void>> = {
  Namespace(object, old) {
    // The spec (finalizers) is written through /finalize only.
    restore(object, old, 'spec');
  },
  CertificateSigningRequest(object, old) {
    restore(object, old, 'spec');
  },
  Service: keepServiceAddresses,
  Job(object, old) {
    restore(recordAt(object, 'spec'), recordAt(old, 'spec'), 'selector');
    const template = recordAt(object, 'spec', 'template', 'metadata', 'labels');
    fill(template, recordAt(old, 'spec', 'template', 'metadata', 'labels'));
  },
};

/** A client that leaves out the addresses it was given means to keep them. */
function keepServiceAddresses(object: KubeObject, old: KubeObject): void {
  const [spec, before] = [recordAt(object, 'spec'), recordAt(old, 'spec')];
  const needsAddress = textAt(spec, 'type') !== 'ExternalName';
  if (!needsAddress || textAt(before, 'type') === 'ExternalName') return;
  fill(spec, {
    ...(before['clusterIP'] === undefined ? {} : { clusterIP: before['clusterIP'] }),
    ...(before['clusterIPs'] === undefined ? {} : { clusterIPs: before['clusterIPs'] }),
  });
  keepNodePorts(spec, before);
}

function keepNodePorts(spec: JsonRecord, before: JsonRecord): void {
  const withNodePorts: ReadonlySet<unknown> = new Set(['NodePort', 'LoadBalancer']);
  if (!withNodePorts.has(spec['type']) || !withNodePorts.has(before['type'])) return;
  const known = new Map<string, unknown>();
  const list = (ports: unknown): JsonRecord[] =>
    Array.isArray(ports) ? (ports as JsonRecord[]) : [];
  const key = (port: JsonRecord): string => `${String(port['protocol'])} ${String(port['port'])}`;
  for (const port of list(before['ports'])) known.set(key(port), port['nodePort']);
  for (const port of list(spec['ports'])) {
    const had = known.get(key(port));
    if (had !== undefined) port['nodePort'] ??= had;
  }
}

/** Whether anything that counts for metadata.generation differs: all but metadata and status. */
export function specChanged(object: KubeObject, old: KubeObject): boolean {
  const keys = new Set([...Object.keys(object), ...Object.keys(old)]);
  return [...keys].some((key) => !specless.has(key) && !deepEqual(object[key], old[key]));
}
