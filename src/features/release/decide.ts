import type { ErrorCode } from '../../base/index.ts';
import type {
  HelmRelease,
  HelmReleasePhase,
  HelmReleaseStatus,
} from '../../api/helm-release/index.ts';
import type { Decision } from '../../lib/controller/index.ts';
import type { ReleaseStatus } from '../../lib/helm/index.ts';
import { isPending } from '../../lib/helm/index.ts';
import type { WantedRelease } from './wanted.ts';
import type { Drift } from './drift/drift.ts';
import { driftNoted, isTrue, isWaiting } from './status.ts';

/** What stands in the way of knowing what is wanted. */
export interface Obstacle {
  readonly phase: 'ChartFetchFailed' | 'Failed';
  readonly code: ErrorCode;
  readonly message: string;
}

/** The newest revision in the cluster, as far as decisions need it. */
export interface LiveRelease {
  readonly version: number;
  readonly status: ReleaseStatus;
  /** Milliseconds since its last operation began. */
  readonly ageMs: number;
  /**
   * What an upgrade to what is wanted would change; undefined when nothing. After a rollback it is
   * the difference from the revision that was given up.
   */
  readonly difference?: string;
  /** The HelmRelease that its objects say they belong to, when it is another one. */
  readonly otherOwner?: string;
  /** Objects that are not as the manifest says, and what is to be done about it. */
  readonly drift: Drift;
}

/** The last attempt that failed, as this process remembers it. */
export interface FailedAttempt {
  /** What was attempted: generation, chart and values. */
  readonly of: string;
  readonly message: string;
  /** Milliseconds until it may be tried again. */
  readonly againInMs: number;
}

/** All that a decision depends on besides the object itself. */
export interface ReleaseView {
  /** Identifies what is wanted now: generation, chart and values. */
  readonly attempt: string;
  readonly wanted: WantedRelease | Obstacle;
  /** The release it depends on that is not there yet, in words. */
  readonly unmet: string | undefined;
  readonly live: LiveRelease | undefined;
  readonly failed: FailedAttempt | undefined;
  readonly recheckMs: number;
  /** `spec.timeout`: how long an operation of someone else may take. */
  readonly timeoutMs: number;
}

/** One thing to do. */
export type ReleaseStep =
  | { readonly do: 'install'; readonly wanted: WantedRelease }
  | { readonly do: 'upgrade'; readonly wanted: WantedRelease; readonly why: string }
  | { readonly do: 'recover'; readonly status: ReleaseStatus; readonly version: number }
  | { readonly do: 'succeed' }
  | { readonly do: 'repair'; readonly drift: Drift }
  | { readonly do: 'note-drift'; readonly drift: Drift }
  | { readonly do: 'postpone'; readonly because: string }
  | {
      readonly do: 'report';
      readonly phase: HelmReleasePhase;
      readonly code: ErrorCode;
      readonly message: string;
    };

type ReleaseDecision = Decision<ReleaseStep>;

/** Phases during which this operator itself is at work; found at the start of a round, it died meanwhile. */
const working: readonly (HelmReleasePhase | undefined)[] = [
  'Installing',
  'Upgrading',
  'RollingBack',
  'Testing',
  'Deployed',
];

/** What happens next for one HelmRelease (reference: helm-operator.md 5.2). */
export function decide(object: HelmRelease, view: ReleaseView): ReleaseDecision {
  const decision = decideAlone(object, view);
  const { unmet } = view;
  const changes = decision.is === 'act' && ['install', 'upgrade'].includes(decision.step.do);
  if (unmet === undefined || !changes) return decision;
  if (!isWaiting(object.status ?? {}, unmet)) return act({ do: 'postpone', because: unmet }, unmet);
  return { is: 'wait', because: unmet, recheckMs: view.recheckMs };
}

function decideAlone(object: HelmRelease, view: ReleaseView): ReleaseDecision {
  const { failed, wanted, live } = view;
  if (failed?.of === view.attempt && failed.againInMs > 0) {
    return { is: 'wait', because: failed.message, recheckMs: failed.againInMs };
  }
  if ('phase' in wanted) {
    const { phase, code, message } = wanted;
    return act({ do: 'report', phase, code, message }, message);
  }
  if (live === undefined || live.status === 'uninstalled') {
    return act({ do: 'install', wanted }, 'there is no such release yet');
  }
  if (live.otherOwner !== undefined) {
    return report(`release appears to be managed by '${live.otherOwner}'`);
  }
  if (isPending(live.status) || live.status === 'uninstalling') {
    return unfinished(object, view, live);
  }
  if (live.status !== 'deployed') return broken(object, wanted, live);
  return deployed(object, { view, wanted, live });
}

/** A release that an operation has left in the middle. */
function unfinished(object: HelmRelease, view: ReleaseView, live: LiveRelease): ReleaseDecision {
  const isOurs = working.includes(object.status?.phase) || live.status === 'uninstalling';
  const leftMs = view.timeoutMs - live.ageMs;
  if (!isOurs && leftMs > 0) {
    return {
      is: 'wait',
      because: `another operation on the release is under way (${live.status})`,
      recheckMs: Math.min(leftMs, view.recheckMs),
    };
  }
  return act(
    { do: 'recover', status: live.status, version: live.version },
    `revision ${live.version} was left ${live.status}`,
  );
}

/** A failed revision: safe to leave alone, upgraded only when something is different now. */
function broken(object: HelmRelease, wanted: WantedRelease, live: LiveRelease): ReleaseDecision {
  const isNew = (object.status?.observedGeneration ?? 0) < (object.metadata.generation ?? 0);
  const why = live.difference ?? (isNew ? 'the HelmRelease has changed' : undefined);
  if (live.status === 'failed' && why !== undefined) {
    return act({ do: 'upgrade', wanted, why }, why);
  }
  return report(`status '${live.status}' of release does not allow a safe upgrade`);
}

function deployed(
  object: HelmRelease,
  now: { view: ReleaseView; wanted: WantedRelease; live: LiveRelease },
): ReleaseDecision {
  const { view, wanted, live } = now;
  const status = object.status ?? {};
  const { generation = 0 } = object.metadata;
  const upgrade = (why: string): ReleaseDecision => act({ do: 'upgrade', wanted, why }, why);
  if ((status.observedGeneration ?? 0) < generation) return upgrade('the HelmRelease has changed');
  if (isTrue(status, 'RolledBack')) return rolledBack(object, now);
  if (live.difference !== undefined) return upgrade(live.difference);
  if (status.phase !== 'Succeeded' || isWaiting(status)) {
    return act({ do: 'succeed' }, `revision ${live.version} is what is wanted`);
  }
  return undisturbed(status, { view, live });
}

/** What is wanted is released: is it still so in the cluster? */
function undisturbed(
  status: HelmReleaseStatus,
  { view, live }: { view: ReleaseView; live: LiveRelease },
): ReleaseDecision {
  const { drift } = live;
  if (drift.fields.length > 0 && drift.repairs) return act({ do: 'repair', drift }, drift.text);
  if ((driftNoted(status) ?? '') !== drift.text) {
    return act({ do: 'note-drift', drift }, drift.text === '' ? 'no more drift' : drift.text);
  }
  const because = `revision ${live.version} is what is wanted`;
  return { is: 'done', because, recheckMs: view.recheckMs };
}

const defaultMaxRetries = 5;

function rolledBack(
  object: HelmRelease,
  { view, wanted, live }: { view: ReleaseView; wanted: WantedRelease; live: LiveRelease },
): ReleaseDecision {
  const { rollback } = object.spec;
  const status = object.status ?? {};
  const count = status.rollbackCount ?? 0;
  const maxRetries = rollback?.maxRetries ?? defaultMaxRetries;
  if (live.difference !== undefined) {
    return act({ do: 'upgrade', wanted, why: live.difference }, live.difference);
  }
  if (rollback?.retry === true && (maxRetries === 0 || count <= maxRetries)) {
    const why = `retry after rollback ${count}`;
    return act({ do: 'upgrade', wanted, why }, why);
  }
  return {
    is: 'wait',
    because: `rolled back to what revision ${live.version} holds; waiting for a change`,
    recheckMs: view.recheckMs,
  };
}

function act(step: ReleaseStep, because: string): ReleaseDecision {
  return { is: 'act', step, because };
}

function report(message: string): ReleaseDecision {
  return act({ do: 'report', phase: 'Failed', code: 'failed', message }, message);
}
