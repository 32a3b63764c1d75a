import type { JsonRecord, KubeObject } from '../../../base/index.ts';

/** Names in events.k8s.io and their names in core. */
const pairs: readonly (readonly [fresh: string, core: string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];

function rename(object: KubeObject, names: ReadonlyMap<string, string>): KubeObject {
  const result: JsonRecord = {};
  for (const [key, value] of Object.entries(object)) result[names.get(key) ?? key] = value;
  return result as KubeObject;
}

/** events.k8s.io to core, where events are kept. */
export function eventToCore(event: KubeObject): KubeObject {
  return rename(event, new Map(pairs));
}

export function eventFromCore(event: KubeObject): KubeObject {
  return rename(event, new Map(pairs.map(([fresh, core]) => [core, fresh])));
}
