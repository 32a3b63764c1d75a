import type { ErrorCode } from '../../base/index.ts';
import type { ReleaseStatus } from '../../lib/helm/index.ts';
import type { Drift } from './drift/drift.ts';
import type { WantedRelease } from './wanted.ts';

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
  /** Whether this revision, or one before it, has ever been deployed. */
  readonly wasDeployed: boolean;
  /** It failed because its operator died. */
  readonly wasInterrupted: boolean;
  /** When its operation began; milliseconds since 1970. */
  readonly deployedAt: number;
  /** Milliseconds since then. */
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
