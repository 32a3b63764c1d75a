import { describe, expect, it } from 'vitest';
import type { HelmReleasePhase, HelmReleaseStatus } from '../../api/helm-release/index.ts';
import { withPhase } from './status.ts';

const facts = { releaseName: 'r', targetNamespace: 't' };
const first = new Date('2026-01-02T03:04:05.678Z');
const later = new Date('2026-01-02T03:05:00.000Z');

function after(...phases: HelmReleasePhase[]): HelmReleaseStatus {
  return phases.reduce<HelmReleaseStatus>(
    (status, phase, at) =>
      withPhase(status, phase, facts, at === phases.length - 1 ? later : first),
    {},
  );
}

function shortly({ conditions = [] }: HelmReleaseStatus): string {
  return conditions.map(({ type, status }) => `${type}=${status}`).join(' ');
}

describe('phases', () => {
  it.each<[HelmReleasePhase[], string]>([
    [['ChartFetched'], 'ChartFetched=True'],
    [['ChartFetchFailed'], 'ChartFetched=False Released=False'],
    [['Installing'], 'Deployed=Unknown'],
    [['Upgrading'], 'Deployed=Unknown'],
    [['Installing', 'Deployed', 'Succeeded'], 'Deployed=True Released=True'],
    [['DeployFailed'], 'Deployed=False Released=False'],
    [['Testing'], 'Tested=Unknown'],
    [['Tested'], 'Tested=True'],
    [['TestFailed'], 'Tested=False Released=False'],
    [['Failed'], 'Released=False'],
    [['RollingBack'], 'RolledBack=Unknown'],
    [['RolledBack'], 'RolledBack=True'],
    [['RollbackFailed'], 'RolledBack=False'],
    [['RolledBack', 'Succeeded'], 'Released=True'],
  ])('%j', (phases, conditions) => {
    expect(shortly(after(...phases))).toBe(conditions);
  });

  it('the reason is the phase, the message names release and namespace', () => {
    expect(after('Succeeded')).toEqual({
      phase: 'Succeeded',
      rollbackCount: 0,
      conditions: [
        {
          type: 'Released',
          status: 'True',
          reason: 'Succeeded',
          message: "Release was successful for Helm release 'r' in 't'.",
          lastUpdateTime: '2026-01-02T03:05:00Z',
          lastTransitionTime: '2026-01-02T03:05:00Z',
        },
      ],
    });
  });

  it('a transition time stays while the verdict does', () => {
    const [condition] = after('Failed', 'DeployFailed').conditions?.slice(-1) ?? [];
    expect(condition).toMatchObject({
      type: 'Released',
      lastUpdateTime: '2026-01-02T03:05:00Z',
      lastTransitionTime: '2026-01-02T03:04:05Z',
    });
  });

  it('rollbacks are counted until a release succeeds', () => {
    expect(after('RollingBack', 'RolledBack').rollbackCount).toBe(1);
    expect(after('RollingBack', 'RolledBack', 'RollingBack', 'RolledBack').rollbackCount).toBe(2);
    expect(after('RolledBack', 'RolledBack').rollbackCount).toBe(1);
    expect(after('RolledBack', 'Succeeded').rollbackCount).toBe(0);
  });

  it('an ignored test failure does not count against the release', () => {
    const ignoring = { ...facts, ignoreTestFailures: true };
    expect(shortly(withPhase({}, 'TestFailed', ignoring, first))).toBe('Tested=False');
  });
});
