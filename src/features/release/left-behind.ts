import type { HelmRelease, HelmReleaseStatus } from '../../api/helm-release/index.ts';
import { act, report } from './step.ts';
import type { ReleaseDecision } from './step.ts';
import type { LiveRelease, ReleaseView } from './view.ts';
import type { WantedRelease } from './wanted.ts';

// What follows when an operation has failed, or its operator has died in the middle of it.

/** All that these decisions look at. */
export interface Now {
  readonly view: ReleaseView;
  readonly wanted: WantedRelease;
  readonly live: LiveRelease;
}

/** Phases during which this operator itself is at work; found at the start of a round, it died meanwhile. */
const working: readonly HelmReleaseStatus['phase'][] = [
  'Installing',
  'Upgrading',
  'RollingBack',
  'Testing',
  'Deployed',
];

/** A release that an operation has left in the middle. */
export function unfinished(
  object: HelmRelease,
  view: ReleaseView,
  live: LiveRelease,
): ReleaseDecision {
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
export function broken(object: HelmRelease, { wanted, live }: Now): ReleaseDecision {
  if (live.status !== 'failed') return unsafe(live);
  if (!live.wasDeployed) {
    return act({ do: 'install', wanted }, 'no revision of the release was ever deployed');
  }
  if (wasUndoing(object) && live.difference === undefined) {
    return undo(wanted, 'the upgrade failed, and its rollback was interrupted');
  }
  const why = live.difference ?? reasonFor(object, live);
  return why === undefined ? unsafe(live) : act({ do: 'upgrade', wanted, why }, why);
}

function unsafe({ status }: LiveRelease): ReleaseDecision {
  return report(`status '${status}' of release does not allow a safe upgrade`);
}

function reasonFor(object: HelmRelease, live: LiveRelease): string | undefined {
  if (isNew(object)) return 'the HelmRelease has changed';
  return live.wasInterrupted ? 'the last upgrade was interrupted' : undefined;
}

/** Whether nothing was done yet about what the object says now. */
export function isNew({ metadata, status }: HelmRelease): boolean {
  return (status?.observedGeneration ?? 0) < (metadata.generation ?? 0);
}

/** A rollback follows at once on a failed upgrade: found later, the operator died between them or in it. */
function wasUndoing(object: HelmRelease): boolean {
  const { phase } = object.status ?? {};
  const isTime = phase === 'RollingBack' || phase === 'DeployFailed';
  return isTime && rollsBack(object) && !isNew(object);
}

function rollsBack({ spec }: HelmRelease): boolean {
  return spec.rollback?.enable === true;
}

function undo(wanted: WantedRelease, because: string): ReleaseDecision {
  return act({ do: 'undo', wanted, because }, because);
}

/**
 * A deployed revision whose operator died before it could say so, or before it had taken back what
 * its tests refused.
 */
export function unended(object: HelmRelease, { wanted, live }: Now): ReleaseDecision | undefined {
  if (live.difference !== undefined) return undefined;
  if (wasMadeNow(object.status ?? {}, live)) {
    return act({ do: 'finish', wanted }, `revision ${live.version} was left without an end`);
  }
  if (isNew(object) || !failedTests(object)) return undefined;
  if (!rollsBack(object) && live.version > 1) return undefined;
  return undo(wanted, 'test failed, and taking the release back was interrupted');
}

/** Tests that count have failed, and nothing was done about it. */
function failedTests({ spec, status }: HelmRelease): boolean {
  const { test } = spec;
  return status?.phase === 'TestFailed' && test?.enable === true && test.ignoreFailures !== true;
}

/** Whether the deployed revision is the one that the status says is being made. Times of the status are whole seconds. */
function wasMadeNow(status: HelmReleaseStatus, live: LiveRelease): boolean {
  if (status.phase === 'Deployed' || status.phase === 'Testing') return true;
  if (status.phase !== 'Installing' && status.phase !== 'Upgrading') return false;
  const begun = status.conditions?.find(({ type }) => type === 'Deployed')?.lastUpdateTime;
  return begun !== undefined && live.deployedAt >= new Date(begun).getTime();
}
