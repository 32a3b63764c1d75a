import { isRecord } from '../../base/index.ts';
import type { KubeObject } from '../../base/index.ts';

/** One field that differs; `path` is written `spec.replicas` or `spec.ports[0].port`. */
export interface FieldChange {
  readonly path: string;
  /** Absent when the field is added. */
  readonly from?: unknown;
  /** Absent when the field is removed. */
  readonly to?: unknown;
}

const masked = '[hidden]';

/** Every field in which two objects differ, in the order of the keys. Values of a Secret are masked. */
export function diffObjects(
  from: KubeObject | undefined,
  to: KubeObject | undefined,
): FieldChange[] {
  const changes: FieldChange[] = [];
  walk('', from, to, changes);
  const isSecret = (from ?? to)?.kind === 'Secret';
  return isSecret ? changes.map(maskSecret) : changes;
}

function walk(path: string, from: unknown, to: unknown, into: FieldChange[]): void {
  if (Object.is(from, to)) return;
  if (isRecord(from) && isRecord(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].toSorted();
    for (const key of keys) walk(fieldPath(path, key), from[key], to[key], into);
    return;
  }
  if (Array.isArray(from) && Array.isArray(to)) {
    const length = Math.max(from.length, to.length);
    for (let at = 0; at < length; at += 1) walk(`${path}[${at}]`, from[at], to[at], into);
    return;
  }
  into.push({
    path,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
}

function fieldPath(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}["${key}"]`;
  return path === '' ? key : `${path}.${key}`;
}

function maskSecret(change: FieldChange): FieldChange {
  if (!/^(data|stringData)\b|last-applied-configuration|^$/.test(change.path)) return change;
  return {
    path: change.path,
    ...('from' in change ? { from: masked } : {}),
    ...('to' in change ? { to: masked } : {}),
  };
}
