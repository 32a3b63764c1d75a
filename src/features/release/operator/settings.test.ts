import { describe, expect, it } from 'vitest';
import { parseOperatorFlags } from './settings.ts';

describe('the command line of helm-operator', () => {
  it('has the original’s defaults', () => {
    expect(parseOperatorFlags([])).toEqual({
      settings: {
        workers: 2,
        chartsSyncIntervalMs: 180_000,
        gitTimeoutMs: 20_000,
        gitPollIntervalMs: 300_000,
        gitDefaultRef: 'master',
        updateChartDeps: true,
        logReleaseDiffs: false,
        driftPolicy: 'report',
        repositoryFiles: [],
      },
      listen: ':3030',
      logFormat: 'fmt',
      isVersion: false,
    });
  });

  it('takes values after a blank or an equals sign, and flags alone', () => {
    const argv = ['--workers', '7', '-l', ':9', '--charts-sync-interval=1m30s'];
    const more = ['--log-release-diffs', '--update-chart-deps=false', '--allow-namespace=team'];
    expect(parseOperatorFlags([...argv, ...more, '--log-format=json'])).toMatchObject({
      settings: {
        workers: 7,
        chartsSyncIntervalMs: 90_000,
        logReleaseDiffs: true,
        updateChartDeps: false,
      },
      listen: ':9',
      namespace: 'team',
      logFormat: 'json',
    });
  });

  it('takes the flags that the original’s own chart sets', () => {
    const argv = ['--status-update-interval=30s', '--helm-repository-import=v2:/a,v3:/b'];
    expect(parseOperatorFlags(argv).settings.repositoryFiles).toEqual(['/b']);
    expect(() => parseOperatorFlags(['--status-update-interval=x'])).toThrow('a duration');
  });

  it('tells where FluxHelmReleases find their charts', () => {
    const { chartsRepository } = parseOperatorFlags(['--git-url=git@host:a/b', '--git-branch=dev']);
    expect(chartsRepository).toEqual({ url: 'git@host:a/b', branch: 'dev', chartsPath: 'charts' });
  });

  it.each([
    [['--tiller-ip=1.2.3.4'], 'flag --tiller-ip cannot be used: Helm 2'],
    [
      ['--helm-repository-import=x'],
      'invalid argument "x" for --helm-repository-import: it takes version:path',
    ],
    [['--enabled-helm-versions=v2'], '--enabled-helm-versions v2: Helm 2'],
    [['--nope'], 'unknown flag: --nope'],
    [['-x'], 'unknown flag: -x'],
    [['word'], 'unexpected argument word'],
    [['--workers'], 'flag needs an argument: --workers'],
    [['--workers=0'], 'invalid argument "0" for --workers: it takes a number from 1 to 9999'],
    [['--git-timeout=5'], 'invalid argument "5" for --git-timeout: it takes a duration such as 3m'],
    [['--release-drift=x'], 'invalid argument "x" for --release-drift'],
    [['--update-chart-deps=no'], 'invalid argument "no" for --update-chart-deps'],
  ])('%j is refused', (argv, message) => {
    expect(() => parseOperatorFlags(argv)).toThrow(message);
  });

  it('heeds HELM_VERSION only without the flag', () => {
    expect(() => parseOperatorFlags([], 'v2')).toThrow('Helm 2');
    expect(() => parseOperatorFlags(['--enabled-helm-versions=v2,v3'], 'v2')).not.toThrow();
  });
});
