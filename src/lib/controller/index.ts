/**
 * The reconcile runtime. A feature gives `observe` (reads), `decide` (pure) and `act` (writes); the
 * runtime alone watches, queues one entry per key with backoff, adds the finalizer, honours suspend,
 * writes conditions and status once, emits events, counts steps and stops when a step repeats.
 * `runElected` lets one of several processes lead, by a Lease. Start with `reconciler.ts`, then `run.ts`.
 */
export type {
  ControllerPorts,
  Decision,
  FailureEvent,
  Reconciler,
  StatusWriter,
} from './reconciler.ts';
export { runController } from './run.ts';
export type { Controller } from './run.ts';
export { createQueue } from './queue.ts';
export type { Queue, QueueOptions } from './queue.ts';
export { setCondition } from './conditions.ts';
export { addressAnnotation, defaultLeaseTimes, runElected } from './lease.ts';
export type { Holder, LeasePorts, LeaseSettings } from './lease.ts';
export { createAlarm } from './alarm.ts';
export type { Alarm } from './alarm.ts';
export { withTimeLimit } from './time-limit.ts';
export type { TimeLimit } from './time-limit.ts';
