import { isRecord } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';

/** How an object is doing, and why, in words for a person. */
export interface Health {
  readonly status: 'ready' | 'progressing' | 'failed';
  readonly message: string;
}

/** Judges one object. Pure: the object's own status is all it looks at. */
export type HealthCheck = (object: KubeObject) => Health;

export const ready = (message = ''): Health => ({ status: 'ready', message });
export const progressing = (message: string): Health => ({ status: 'progressing', message });
export const failed = (message: string): Health => ({ status: 'failed', message });

/** A map in the object, `{}` when it is not there. */
export function part(object: KubeObject, field: 'spec' | 'status'): JsonRecord {
  const found = object[field];
  return isRecord(found) ? found : {};
}

/** A number in a map, `otherwise` when it is not there. */
export function count(map: JsonRecord, field: string, otherwise = 0): number {
  const found = map[field];
  return typeof found === 'number' ? found : otherwise;
}

/** Whether the controller has seen the newest spec. Kinds without generations count as seen. */
export function isObserved(object: KubeObject): boolean {
  const { generation } = object.metadata;
  const observed = part(object, 'status')['observedGeneration'];
  return generation === undefined || (typeof observed === 'number' && observed >= generation);
}

export interface StatusCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** A condition of the object's status by its type. */
export function conditionOf(object: KubeObject, type: string): StatusCondition | undefined {
  const { conditions } = part(object, 'status');
  if (!Array.isArray(conditions)) return undefined;
  return conditions.find(
    (condition: unknown) => isRecord(condition) && condition['type'] === type,
  ) as StatusCondition | undefined;
}

/** What a condition says: its message, else its reason, else its type. */
export function said(condition: StatusCondition): string {
  return condition.message ?? condition.reason ?? condition.type;
}
