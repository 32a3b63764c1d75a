import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { TypeSchema } from '../type-schema.ts';
import { compare } from './compare.ts';
import { FieldSetBuilder, difference, emptySet, union } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import { toFieldSet } from './to-field-set.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
const annotationPath = ['f:metadata', 'f:annotations', `f:${annotation}`];

function annotationsOf(object: JsonRecord): JsonRecord {
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  return isRecord(metadata['annotations']) ? metadata['annotations'] : {};
}

/**
 * Fields that `kubectl apply --server-side` may take over without a conflict: those its client-side
 * apply wrote before, with the values they still have, and the annotation that remembers them.
 */
export function keptByKubectl(type: TypeSchema, live: JsonRecord, manager: string): FieldSet {
  const text = annotationsOf(live)[annotation];
  if (manager !== 'kubectl' || typeof text !== 'string') return emptySet;
  const before = read(text);
  if (before === undefined) return emptySet;
  const changes = compare(type, live, before);
  const changed = union(union(changes.added, changes.modified), changes.removed);
  const remembered = new FieldSetBuilder();
  remembered.add(annotationPath);
  return union(difference(toFieldSet(type, before), changed), remembered.set);
}

function read(text: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // A person may have edited the annotation; then nothing is allowed by it.
  }
}

/** kubectl keeps the annotation in step, if the live object has it, so that client-side apply still works. */
export function withLastApplied(
  object: JsonRecord,
  request: {
    readonly manager: string;
    readonly live: JsonRecord | undefined;
    readonly config: JsonRecord;
  },
): JsonRecord {
  const { manager, live, config } = request;
  if (manager !== 'kubectl' || live === undefined) return object;
  if (annotationsOf(live)[annotation] === undefined) return object;
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const annotations = { ...annotationsOf(object), [annotation]: lastAppliedText(config) };
  return { ...object, metadata: { ...metadata, annotations } };
}

function lastAppliedText(config: JsonRecord): string {
  const metadata = isRecord(config['metadata']) ? config['metadata'] : {};
  const { [annotation]: _own, ...annotations } = annotationsOf(config);
  const { managedFields: _managed, ...rest } = metadata;
  return `${JSON.stringify({ ...config, metadata: { ...rest, annotations } })}\n`;
}
