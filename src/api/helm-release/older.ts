import type { JsonRecord, Kind, KubeObject } from '../../base/index.ts';
import type {
  HelmRelease,
  HelmReleaseCondition,
  HelmReleaseSpec,
  HelmReleaseStatus,
} from './helm-release.ts';
import { chartSourceOf, originOf } from './helm-release.ts';

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
    origin: HelmReleaseV1beta1,
  };
}

function fromFluxHelmRelease(
  object: KubeObject,
  repository: ChartsRepository | undefined,
): HelmRelease {
  const spec = (object['spec'] ?? {}) as JsonRecord;
  const path = [repository?.chartsPath ?? '', String(spec['chartGitPath'] ?? '')]
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '' && part !== '.')
    .join('/');
  // Its status says only `DEPLOYED`; and without a status subresource each write of it counts as a new
  // generation. So there is none: what differs from the release decides, as it did in the original.
  const { generation: _counted, ...metadata } = object.metadata;
  const kept = ['values', 'releaseName', 'valueFileSecrets'].filter(
    (key) => spec[key] !== undefined,
  );
  return {
    ...object,
    metadata,
    apiVersion: 'helm.fluxcd.io/v1',
    kind: 'HelmRelease',
    origin: FluxHelmRelease,
    spec: {
      ...(Object.fromEntries(kept.map((key) => [key, spec[key]])) as Partial<HelmReleaseSpec>),
      chart: {
        path,
        ...(repository === undefined ? {} : { git: repository.url, ref: repository.branch }),
      },
    },
  } as HelmRelease;
}

type Reasons = Readonly<Record<string, Partial<Record<HelmReleaseCondition['status'], string>>>>;

/** Words of v1beta1 for what became of the chart and the release. A revision is there after the first success only. */
function reasonsFor({ spec }: HelmRelease, { revision }: HelmReleaseStatus): Reasons {
  const isGit = chartSourceOf(spec)?.type !== 'repository';
  return {
    ChartFetched: {
      True: isGit ? 'GitRepoCloned' : 'RepoChartInCache',
      False: isGit ? 'GitRepoNotCloned' : 'RepoFetchFailed',
    },
    Released: {
      True: 'HelmSuccess',
      // The original's spelling.
      False: revision === undefined ? 'HelmInstallFailed' : 'HelmUgradeFailed',
    },
    RolledBack: {},
  };
}

/** A status as the kind that the object was read as has it: fewer fields and older words there. */
export function statusAs(release: HelmRelease, status: HelmReleaseStatus): JsonRecord {
  const origin = originOf(release);
  if (origin.apiVersion === 'helm.fluxcd.io/v1') {
    const { valuesChecksum: _older, ...rest } = status;
    return rest;
  }
  const releaseStatus = status.releaseStatus?.toUpperCase().replaceAll('-', '_');
  const shown = releaseStatus === undefined ? {} : { releaseStatus };
  if (origin.kind === FluxHelmRelease.kind) return shown;
  const { observedGeneration, releaseName, revision, valuesChecksum, conditions } = status;
  const fields = { observedGeneration, releaseName, revision, valuesChecksum };
  const reasons = reasonsFor(release, status);
  return {
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    ...shown,
    ...(conditions === undefined
      ? {}
      : {
          conditions: conditions
            .filter(({ type }) => type in reasons)
            .map((each) => olderCondition(each, reasons)),
        }),
  };
}

function olderCondition(condition: HelmReleaseCondition, reasons: Reasons): HelmReleaseCondition {
  const reason = reasons[condition.type]?.[condition.status];
  return reason === undefined ? condition : { ...condition, reason };
}
