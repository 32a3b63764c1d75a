import { createHash } from 'node:crypto';
import {
  isRecord,
  KnownError,
  messageOf,
  type JsonRecord,
  type KubeObject,
  type Run,
} from '../../base/index.ts';
import type { Cluster } from './cluster.ts';
import { kinds } from './kinds.ts';

export interface EventToRecord {
  /** The object it is about. */
  readonly about: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Component, e.g. `helm-operator`. */
  readonly source: string;
}

const maxMessage = 1024;

/**
 * Records an event that `kubectl describe` shows. The same news about the same object is one event
 * whose count grows, as client-go's recorder does it. Never fails: an event that cannot be written is logged.
 */
export async function recordEvent(cluster: Cluster, event: EventToRecord, run: Run): Promise<void> {
  try {
    await write(cluster, event, run.clock.now());
  } catch (thrown) {
    if (!run.signal.aborted)
      run.log.warn('an event could not be recorded', {
        err: messageOf(thrown),
        event: event.reason,
      });
  }
}

async function write(cluster: Cluster, event: EventToRecord, now: Date): Promise<void> {
  const fresh = eventObject(event, now);
  try {
    await cluster.create(kinds.Event, fresh);
  } catch (thrown) {
    if (!(thrown instanceof KnownError && thrown.code === 'exists')) throw thrown;
    const live = await cluster.get(kinds.Event, fresh.metadata);
    const before = isRecord(live) && typeof live['count'] === 'number' ? live['count'] : 0;
    const news = { count: before + 1, lastTimestamp: fresh['lastTimestamp'] };
    await cluster.patch(kinds.Event, fresh.metadata, news, { type: 'merge' });
  }
}

function eventObject(event: EventToRecord, now: Date): KubeObject {
  const { about, type, reason, source } = event;
  const { name, namespace, uid, resourceVersion } = about.metadata;
  const message =
    event.message.length > maxMessage
      ? `${event.message.slice(0, maxMessage - 1)}…`
      : event.message;
  // A name made from the news itself finds the event again without a memory of ours.
  const digest = createHash('sha256')
    .update(JSON.stringify([uid, about.kind, type, reason, message, source]))
    .digest('hex')
    .slice(0, 16);
  const time = `${now.toISOString().slice(0, 19)}Z`;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${digest}`, namespace: namespace ?? 'default' },
    involvedObject: withoutAbsent({
      apiVersion: about.apiVersion,
      kind: about.kind,
      name,
      namespace,
      uid,
      resourceVersion,
    }),
    reason,
    message,
    type,
    source: { component: source },
    reportingComponent: source,
    reportingInstance: '',
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}

function withoutAbsent(record: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
