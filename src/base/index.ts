/**
 * Floor 0: the words everyone uses. Errors that were foreseen, time, logging, the event bus, the
 * shape of an object, and values that must not be printed. It imports nothing and does no I/O
 * (the system clock reads the time, nothing else). Start with `known-error.ts`.
 */
export { KnownError, messageOf, asKnownError, invalid, notFound } from './known-error.ts';
export type { ErrorCode, Retry, Where } from './known-error.ts';
export type { Result } from './result.ts';
export { systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
export { FakeClock } from './fake-clock.ts';
export { createLogger, silentLogger } from './logger.ts';
export type { Logger, LogFields, LogFormat, LogLevel } from './logger.ts';
export { logfmtLine } from './logfmt.ts';
export { createBus } from './bus.ts';
export type { Bus } from './bus.ts';
export { Hidden, hide } from './hidden.ts';
export { isRecord, keyOf, keyText } from './object.ts';
export type {
  Json,
  JsonRecord,
  Key,
  Kind,
  KubeObject,
  ObjectMeta,
  OwnerReference,
  Run,
} from './object.ts';
