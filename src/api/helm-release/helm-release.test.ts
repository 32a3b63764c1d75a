import { describe, expect, it } from 'vitest';
import { asHelmRelease, chartSourceOf, helmReleaseCrd, releaseNameOf, waitsOf } from './index.ts';
import type { HelmRelease, HelmReleaseSpec } from './index.ts';

function release(spec: Partial<HelmReleaseSpec>, namespace = 'apps'): HelmRelease {
  return {
    apiVersion: 'helm.fluxcd.io/v1',
    kind: 'HelmRelease',
    metadata: { name: 'podinfo', namespace },
    spec: { chart: {}, ...spec },
  };
}

describe('release name', () => {
  it.each([
    ['given', { releaseName: 'mine' }, 'mine'],
    ['own namespace', {}, 'apps-podinfo'],
    ['own namespace, said', { targetNamespace: 'apps' }, 'apps-podinfo'],
    ['another namespace', { targetNamespace: 'prod' }, 'apps-prod-podinfo'],
  ])('%s', (_name, spec, name) => {
    expect(releaseNameOf(release(spec))).toBe(name);
  });
});

describe('chart source', () => {
  it.each([
    ['git and path', { git: 'u', path: 'p' }, 'git'],
    [
      'git wins over a complete repository',
      { git: 'u', path: 'p', repository: 'r', name: 'n', version: '1' },
      'git',
    ],
    [
      'git without path falls to the repository',
      { git: 'u', repository: 'r', name: 'n', version: '1' },
      'repository',
    ],
    ['incomplete', { repository: 'r', name: 'n' }, undefined],
    ['empty', {}, undefined],
  ])('%s', (_name, chart, type) => {
    expect(chartSourceOf({ chart })?.type).toBe(type);
  });
});

describe('wait', () => {
  it.each([
    [{}, false],
    [{ rollback: { enable: true } }, true],
    [{ test: { enable: true } }, true],
    [{ wait: false, rollback: { enable: true } }, false],
    [{ wait: true }, true],
  ])('%j waits: %s', (spec, waits) => {
    expect(waitsOf({ chart: {}, ...spec })).toBe(waits);
  });
});

describe('older kinds', () => {
  it('v1beta1 keeps everything and its own default of resetValues', () => {
    const old = { ...release({ timeout: 5 }), apiVersion: 'flux.weave.works/v1beta1' };
    expect(asHelmRelease(old)).toMatchObject({
      apiVersion: 'helm.fluxcd.io/v1',
      spec: { timeout: 5, resetValues: false },
    });
  });

  it('FluxHelmRelease finds its chart below the charts path of the one repository', () => {
    const old = {
      apiVersion: 'helm.integrations.flux.weave.works/v1alpha2',
      kind: 'FluxHelmRelease',
      metadata: { name: 'a', namespace: 'n' },
      spec: { chartGitPath: 'ghost', values: { a: 1 } },
    };
    const repository = { url: 'https://g/r', branch: 'master', chartsPath: 'charts' };
    expect(asHelmRelease(old, repository).spec).toEqual({
      values: { a: 1 },
      chart: { git: 'https://g/r', ref: 'master', path: 'charts/ghost' },
    });
  });
});

it('the definition shows the columns people know', () => {
  const [version] = (
    helmReleaseCrd['spec'] as { versions: { additionalPrinterColumns: { name: string }[] }[] }
  ).versions;
  expect(version?.additionalPrinterColumns.map(({ name }) => name)).toEqual([
    'Release',
    'Phase',
    'ReleaseStatus',
    'Message',
    'Age',
  ]);
});
