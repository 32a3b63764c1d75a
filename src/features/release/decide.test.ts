import { describe, expect, it } from 'vitest';
import type {
  HelmRelease,
  HelmReleaseSpec,
  HelmReleaseStatus,
} from '../../api/helm-release/index.ts';
import type { Chart } from '../../lib/helm/index.ts';
import { decide } from './decide.ts';
import { noDrift } from './drift/drift.ts';
import type { LiveRelease, ReleaseView } from './view.ts';

const done: HelmReleaseStatus = {
  observedGeneration: 1,
  phase: 'Succeeded',
  releaseStatus: 'deployed',
};

function object(
  status: HelmReleaseStatus = done,
  spec: Partial<HelmReleaseSpec> = {},
  generation = 1,
): HelmRelease {
  return {
    apiVersion: 'helm.fluxcd.io/v1',
    kind: 'HelmRelease',
    metadata: { name: 'a', namespace: 'n', generation },
    spec: { chart: {}, ...spec },
    status,
  };
}

const begunAt = Date.parse('2026-01-02T03:04:05Z');
const upgrading: HelmReleaseStatus = {
  observedGeneration: 1,
  phase: 'Upgrading',
  conditions: [{ type: 'Deployed', status: 'Unknown', lastUpdateTime: '2026-01-02T03:04:05Z' }],
};

const wanted = {
  chart: {} as Chart,
  revision: 'r1',
  digest: 'd',
  name: 'n-a',
  namespace: 'n',
  values: {},
  mask: (text: string) => text,
};

const live: LiveRelease = {
  version: 3,
  status: 'deployed',
  wasDeployed: true,
  wasInterrupted: false,
  deployedAt: 1_000_000,
  ageMs: 1000,
  drift: noDrift,
};

const drifted = {
  ...live,
  drift: { fields: [], text: 'ConfigMap n/a: data.x was changed by kubectl', repairs: false },
};

function view(more: Partial<ReleaseView> = {}): ReleaseView {
  return {
    attempt: 'now',
    wanted,
    unmet: undefined,
    live,
    failed: undefined,
    recheckMs: 180_000,
    timeoutMs: 300_000,
    ...more,
  };
}

const rolledBack: HelmReleaseStatus = {
  observedGeneration: 1,
  phase: 'RolledBack',
  releaseStatus: 'deployed',
  rollbackCount: 1,
  conditions: [{ type: 'RolledBack', status: 'True' }],
};

function said(decision: ReturnType<typeof decide>): string {
  if (decision.is !== 'act') return decision.is;
  const { step } = decision;
  return step.do === 'report' ? `report ${step.phase}` : step.do;
}

describe('decide', () => {
  it.each<[string, HelmRelease, ReleaseView, string]>([
    ['no release: install', object({}), view({ live: undefined }), 'install'],
    [
      'an uninstalled one: install',
      object(),
      view({ live: { ...live, status: 'uninstalled' } }),
      'install',
    ],
    ['all as wanted: done', object(), view(), 'done'],
    [
      'as wanted but not said so: say it',
      object({ observedGeneration: 1, phase: 'Failed' }),
      view(),
      'succeed',
    ],
    ['a new generation upgrades without a look', object(done, {}, 2), view(), 'upgrade'],
    ['a release made by hand is taken over', object({}), view(), 'upgrade'],
    [
      'other values or chart: upgrade',
      object(),
      view({ live: { ...live, difference: 'values' } }),
      'upgrade',
    ],
    [
      'the chart cannot be had',
      object(),
      view({ wanted: { phase: 'ChartFetchFailed', code: 'unreachable', message: 'm' } }),
      'report ChartFetchFailed',
    ],
    [
      'values cannot be had',
      object(),
      view({ wanted: { phase: 'Failed', code: 'invalid', message: 'm' } }),
      'report Failed',
    ],
    [
      'another HelmRelease’s',
      object(),
      view({ live: { ...live, otherOwner: 'n:helmrelease/b' } }),
      'report Failed',
    ],
    [
      'what just failed rests',
      object(),
      view({ failed: { of: 'now', message: 'm', againInMs: 10 } }),
      'wait',
    ],
    [
      'until its time has come',
      object(),
      view({ failed: { of: 'now', message: 'm', againInMs: 0 } }),
      'done',
    ],
    [
      'or something has changed',
      object(done, {}, 2),
      view({ failed: { of: 'before', message: 'm', againInMs: 10 } }),
      'upgrade',
    ],
    [
      'pending, and it was us: recover',
      object({ phase: 'Upgrading' }),
      view({ live: { ...live, status: 'pending-upgrade' } }),
      'recover',
    ],
    [
      'pending, and it is someone else: say so',
      object(),
      view({ live: { ...live, status: 'pending-upgrade' } }),
      'note-status',
    ],
    [
      'and wait',
      object({ ...done, releaseStatus: 'pending-upgrade' }),
      view({ live: { ...live, status: 'pending-upgrade' } }),
      'wait',
    ],
    [
      'but not for ever',
      object(),
      view({ live: { ...live, status: 'pending-upgrade', ageMs: 300_000 } }),
      'recover',
    ],
    [
      'half uninstalled: finish it',
      object(),
      view({ live: { ...live, status: 'uninstalling' } }),
      'recover',
    ],
    [
      'failed, and nothing new: a person is needed',
      object(),
      view({ live: { ...live, status: 'failed' } }),
      'report Failed',
    ],
    [
      'failed, and the chart was mended: upgrade',
      object(),
      view({ live: { ...live, status: 'failed', difference: 'x' } }),
      'upgrade',
    ],
    [
      'failed, and the HelmRelease was changed: upgrade',
      object(done, {}, 2),
      view({ live: { ...live, status: 'failed' } }),
      'upgrade',
    ],
    [
      'failed, and none was ever deployed: install',
      object(),
      view({ live: { ...live, status: 'failed', wasDeployed: false } }),
      'install',
    ],
    [
      'failed, because its operator died: upgrade',
      object(),
      view({ live: { ...live, status: 'failed', wasInterrupted: true } }),
      'upgrade',
    ],
    [
      'failed, and its rollback never began: undo',
      object({ observedGeneration: 1, phase: 'DeployFailed' }, { rollback: { enable: true } }),
      view({ live: { ...live, status: 'failed' } }),
      'undo',
    ],
    [
      'the rollback was interrupted: undo',
      object({ observedGeneration: 1, phase: 'RollingBack' }, { rollback: { enable: true } }),
      view({ live: { ...live, status: 'failed', wasInterrupted: true } }),
      'undo',
    ],
    [
      'the rollback was interrupted, and the HelmRelease was changed: upgrade',
      object({ observedGeneration: 1, phase: 'RollingBack' }, { rollback: { enable: true } }, 2),
      view({ live: { ...live, status: 'failed', wasInterrupted: true } }),
      'upgrade',
    ],
    [
      'deployed by an operator that died then: finish',
      object(upgrading, {}, 2),
      view({ live: { ...live, deployedAt: begunAt + 10 } }),
      'finish',
    ],
    [
      'deployed before the operator that died began: upgrade',
      object(upgrading, {}, 2),
      view({ live: { ...live, deployedAt: begunAt - 10 } }),
      'upgrade',
    ],
    [
      'its tests were not run to the end: finish',
      object({ ...done, phase: 'Testing' }),
      view(),
      'finish',
    ],
    [
      'its tests failed, and it was not rolled back: undo',
      object(
        { ...done, phase: 'TestFailed' },
        { test: { enable: true }, rollback: { enable: true } },
      ),
      view(),
      'undo',
    ],
    [
      'the tests of a first revision failed, and it was not removed: undo',
      object({ ...done, phase: 'TestFailed' }, { test: { enable: true } }),
      view({ live: { ...live, version: 1 } }),
      'undo',
    ],
    [
      'its tests failed, and no rollback is wanted: it stands',
      object({ ...done, phase: 'TestFailed' }, { test: { enable: true } }),
      view(),
      'succeed',
    ],
    [
      'superseded is never safe',
      object(done, {}, 2),
      view({ live: { ...live, status: 'superseded' } }),
      'report Failed',
    ],
    ['rolled back: stay', object(rolledBack), view(), 'wait'],
    ['rolled back, new generation: upgrade', object(rolledBack, {}, 2), view(), 'upgrade'],
    [
      'rolled back, new chart: upgrade',
      object(rolledBack),
      view({ live: { ...live, difference: 'x' } }),
      'upgrade',
    ],
    [
      'rolled back with retries left: upgrade',
      object(rolledBack, { rollback: { retry: true } }),
      view(),
      'upgrade',
    ],
    [
      'one retry means that the count ends at two',
      object({ ...rolledBack, rollbackCount: 2 }, { rollback: { retry: true, maxRetries: 1 } }),
      view(),
      'wait',
    ],
    ['others changed it: say so', object(), view({ live: drifted }), 'note-drift'],
    [
      'others changed it, and it is said',
      object({
        ...done,
        conditions: [{ type: 'Drifted', status: 'True', message: drifted.drift.text }],
      }),
      view({ live: drifted }),
      'done',
    ],
    [
      'others changed it, and it is to be repaired',
      object(),
      view({
        live: {
          ...live,
          drift: { fields: [{ object: 'a', path: 'b', manager: 'c' }], text: 't', repairs: true },
        },
      }),
      'repair',
    ],
    [
      'it waits for another, and says so',
      object({}),
      view({ live: undefined, unmet: 'waits' }),
      'postpone',
    ],
    [
      'it waits for another',
      object({
        conditions: [
          { type: 'Released', status: 'Unknown', reason: 'DependencyNotReady', message: 'waits' },
        ],
      }),
      view({ live: undefined, unmet: 'waits' }),
      'wait',
    ],
    ['nothing to do needs nobody', object(), view({ unmet: 'waits' }), 'done'],
    [
      'no limit',
      object({ ...rolledBack, rollbackCount: 99 }, { rollback: { retry: true, maxRetries: 0 } }),
      view(),
      'upgrade',
    ],
  ])('%s', (_name, release, seen, outcome) => {
    expect(said(decide(release, seen))).toBe(outcome);
  });

  it('says why in the words of the Helm Operator', () => {
    const blocked = decide(object(), view({ live: { ...live, status: 'failed' } }));
    expect(blocked.because).toBe("status 'failed' of release does not allow a safe upgrade");
    const foreign = decide(object(), view({ live: { ...live, otherOwner: 'n:helmrelease/b' } }));
    expect(foreign.because).toBe("release appears to be managed by 'n:helmrelease/b'");
  });
});
