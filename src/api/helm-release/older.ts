import type { JsonRecord, Kind, KubeObject } from '../../base/index.ts';
import type { HelmRelease, HelmReleaseSpec } from './helm-release.ts';

/** flux.weave.works/v1beta1 HelmRelease: the same fields, `resetValues` false unless said. */
export const HelmReleaseV1beta1: Kind = {
  apiVersion: 'flux.weave.works/v1beta1',
  kind: 'HelmRelease',
  plural: 'helmreleases',
  namespaced: true,
};

/** helm.integrations.flux.weave.works/v1alpha2 FluxHelmRelease. */
export const FluxHelmRelease: Kind = {
  apiVersion: 'helm.integrations.flux.weave.works/v1alpha2',
  kind: 'FluxHelmRelease',
  plural: 'fluxhelmreleases',
  namespaced: true,
};

/** Where the charts of FluxHelmReleases are: the operator's `--git-url`, `--git-branch`, `--git-charts-path`. */
export interface ChartsRepository {
  readonly url: string;
  readonly branch: string;
  readonly chartsPath: string;
}

/** Any generation of the kind as helm.fluxcd.io/v1 has it. `repository` is needed for FluxHelmRelease. */
export function asHelmRelease(object: KubeObject, repository?: ChartsRepository): HelmRelease {
  if (object.kind === FluxHelmRelease.kind) return fromFluxHelmRelease(object, repository);
  const spec = (object['spec'] ?? { chart: {} }) as HelmReleaseSpec;
  if (object.apiVersion !== HelmReleaseV1beta1.apiVersion) {
    return { ...object, spec } as HelmRelease;
  }
  return {
    ...object,
    apiVersion: 'helm.fluxcd.io/v1',
    spec: { ...spec, resetValues: spec.resetValues ?? false },
  };
}

function fromFluxHelmRelease(
  object: KubeObject,
  repository: ChartsRepository | undefined,
): HelmRelease {
  const spec = (object['spec'] ?? {}) as JsonRecord;
  const path = [repository?.chartsPath ?? '', String(spec['chartGitPath'] ?? '')]
    .filter((part) => part !== '')
    .join('/');
  const kept = ['values', 'releaseName', 'valueFileSecrets'].filter(
    (key) => spec[key] !== undefined,
  );
  return {
    ...object,
    apiVersion: 'helm.fluxcd.io/v1',
    kind: 'HelmRelease',
    spec: {
      ...(Object.fromEntries(kept.map((key) => [key, spec[key]])) as Partial<HelmReleaseSpec>),
      chart: {
        path,
        ...(repository === undefined ? {} : { git: repository.url, ref: repository.branch }),
      },
    },
  } as HelmRelease;
}
