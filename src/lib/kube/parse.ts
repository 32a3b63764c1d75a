import { isRecord, KnownError, type Kind, type KubeObject } from '../../base/index.ts';

/** What the server sent, checked: by the kind's own `parse`, or for the shape every object has. */
export function parseWith<O extends KubeObject>(kind: Kind<O>, raw: unknown): O {
  if (kind.parse) return kind.parse(raw);
  if (!isRecord(raw) || !isRecord(raw['metadata'])) {
    throw new KnownError('failed', `the server did not answer with a ${kind.kind}`);
  }
  return raw as unknown as O;
}
