import { isRecord } from '../../base/index.ts';
import type { PodTemplate } from './objects.ts';

/** The label that tells the pods of one revision of a Deployment apart. */
export const templateHashLabel = 'pod-template-hash';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** JSON with sorted keys; empty maps, empty lists and nulls count as absent, as Go's omitempty has them. */
export function stableText(value: unknown): string {
  return JSON.stringify(tidy(value)) ?? '';
}

function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(tidy);
  if (!isRecord(value)) return value ?? undefined;
  const entries = Object.entries(value)
    .map(([key, each]) => [key, tidy(each)] as const)
    .filter(([, each]) => each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  // An empty struct can mean something (emptyDir: {}), so only metadata's maps could be dropped; keep it.
  return Object.fromEntries(entries);
}

/** A short hash of a pod template in the alphabet that makes no words (FNV-1a, 32 bits). */
export function templateHash(template: PodTemplate, collisionCount = 0): string {
  let hash = 0x811c9dc5;
  const text = `${stableText(template)}${collisionCount > 0 ? collisionCount : ''}`;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return Array.from(String(hash), (digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join(
    '',
  );
}

/** Whether two templates make the same pods; the hash label does not count. */
export function sameTemplate(left: PodTemplate, right: PodTemplate): boolean {
  return stableText(withoutHash(left)) === stableText(withoutHash(right));
}

function withoutHash(template: PodTemplate): PodTemplate {
  const { [templateHashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  // The API server writes creationTimestamp: null into templates that old clients sent.
  const { creationTimestamp: _time, ...metadata } = template.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}
