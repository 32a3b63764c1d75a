import type { ErrorCode } from '../../base/index.ts';
import type { HelmReleasePhase } from '../../api/helm-release/index.ts';
import type { Decision } from '../../lib/controller/index.ts';
import type { ReleaseStatus } from '../../lib/helm/index.ts';
import type { Drift } from './drift/drift.ts';
import type { WantedRelease } from './wanted.ts';

/** One thing to do. */
export type ReleaseStep =
  | { readonly do: 'install'; readonly wanted: WantedRelease }
  | { readonly do: 'upgrade'; readonly wanted: WantedRelease; readonly why: string }
  | { readonly do: 'recover'; readonly status: ReleaseStatus; readonly version: number }
  | { readonly do: 'finish'; readonly wanted: WantedRelease }
  | { readonly do: 'undo'; readonly wanted: WantedRelease; readonly because: string }
  | { readonly do: 'succeed' }
  | { readonly do: 'note-status'; readonly status: NotedStatus }
  | { readonly do: 'repair'; readonly drift: Drift }
  | { readonly do: 'note-drift'; readonly drift: Drift }
  | { readonly do: 'postpone'; readonly because: string }
  | {
      readonly do: 'report';
      readonly phase: HelmReleasePhase;
      readonly code: ErrorCode;
      readonly message: string;
      /** What Helm says of the release now. */
      readonly status?: NotedStatus;
    };

/** What the status says of the release in Helm's words. */
interface NotedStatus {
  readonly releaseName: string;
  readonly releaseStatus: ReleaseStatus;
}

export type ReleaseDecision = Decision<ReleaseStep>;

export function act(step: ReleaseStep, because: string): ReleaseDecision {
  return { is: 'act', step, because };
}

/** Says in the status what is wrong. */
export function report(message: string): ReleaseDecision {
  return act({ do: 'report', phase: 'Failed', code: 'failed', message }, message);
}
