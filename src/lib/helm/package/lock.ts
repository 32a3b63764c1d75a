import { createHash } from 'node:crypto';
import type { Dependency } from '../chart/chart.ts';
import { dependencyJson } from '../release/codec.ts';

/** The digest of Chart.lock: over what was asked for and what was found, as Helm computes it. */
export function lockDigest(asked: readonly Dependency[], locked: readonly Dependency[]): string {
  return digestOf([asked.map(dependencyJson), locked.map(dependencyJson)]);
}

/** The digest that Helm 2 wrote into requirements.lock; still accepted for v1 charts. */
export function oldLockDigest(asked: readonly Dependency[]): string {
  return digestOf({ dependencies: asked.map(dependencyJson) });
}

function digestOf(data: unknown): string {
  const json = JSON.stringify(data).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `sha256:${createHash('sha256').update(json).digest('hex')}`;
}
