import { releaseNameOf } from '../../api/helm-release/index.ts';
import type { HelmRelease, HelmReleaseStatus } from '../../api/helm-release/index.ts';
import { isPending } from '../../lib/helm/index.ts';
import { broken, isNew, unended, unfinished } from './left-behind.ts';
import type { Now } from './left-behind.ts';
import { driftNoted, isTrue, isWaiting } from './status.ts';
import { act, report } from './step.ts';
import type { ReleaseDecision } from './step.ts';
import type { ReleaseView } from './view.ts';

/** What happens next for one HelmRelease (reference: helm-operator.md 5.2). */
export function decide(object: HelmRelease, view: ReleaseView): ReleaseDecision {
  const decision = decideAlone(object, view);
  const { unmet } = view;
  const changes = decision.is === 'act' && ['install', 'upgrade'].includes(decision.step.do);
  if (unmet === undefined || !changes) return withStatus(object, view, decision);
  if (!isWaiting(object.status ?? {}, unmet)) return act({ do: 'postpone', because: unmet }, unmet);
  return { is: 'wait', because: unmet, recheckMs: view.recheckMs };
}

/** What Helm says of the release is told at once, whoever made it so. */
function withStatus(
  object: HelmRelease,
  { live }: ReleaseView,
  decision: ReleaseDecision,
): ReleaseDecision {
  if (live === undefined || live.otherOwner !== undefined) return decision;
  const status = { releaseName: releaseNameOf(object), releaseStatus: live.status };
  if (decision.is === 'act') {
    const { step } = decision;
    return step.do === 'report' ? { ...decision, step: { ...step, status } } : decision;
  }
  if (object.status?.releaseStatus === live.status) return decision;
  return act({ do: 'note-status', status }, `the release is ${live.status}`);
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
  const now = { view, wanted, live };
  return live.status === 'deployed' ? deployed(object, now) : broken(object, now);
}

function deployed(object: HelmRelease, now: Now): ReleaseDecision {
  const { wanted, live } = now;
  const status = object.status ?? {};
  const upgrade = (why: string): ReleaseDecision => act({ do: 'upgrade', wanted, why }, why);
  const left = unended(object, now);
  if (left !== undefined) return left;
  if (isNew(object)) return upgrade('the HelmRelease has changed');
  if (isTrue(status, 'RolledBack')) return rolledBack(object, now);
  if (live.difference !== undefined) return upgrade(live.difference);
  if (status.phase !== 'Succeeded' || isWaiting(status)) {
    return act({ do: 'succeed' }, `revision ${live.version} is what is wanted`);
  }
  return undisturbed(status, now);
}

/** What is wanted is released: is it still so in the cluster? */
function undisturbed(status: HelmReleaseStatus, { view, live }: Now): ReleaseDecision {
  const { drift } = live;
  if (drift.fields.length > 0 && drift.repairs) return act({ do: 'repair', drift }, drift.text);
  if ((driftNoted(status) ?? '') !== drift.text) {
    return act({ do: 'note-drift', drift }, drift.text === '' ? 'no more drift' : drift.text);
  }
  const because = `revision ${live.version} is what is wanted`;
  return { is: 'done', because, recheckMs: view.recheckMs };
}

const defaultMaxRetries = 5;

function rolledBack(object: HelmRelease, { view, wanted, live }: Now): ReleaseDecision {
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
