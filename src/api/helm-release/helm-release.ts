import { isRecord } from '../../base/index.ts';
import type { JsonRecord, Kind, KubeObject } from '../../base/index.ts';

/** Where a chart comes from; both halves stand inline in `spec.chart`. */
export interface ChartSourceFields {
  git?: string;
  /** Branch, tag or hash. */
  ref?: string;
  /** Folder of the chart in the repository. */
  path?: string;
  secretRef?: { name: string; namespace?: string };
  skipDepUpdate?: boolean;
  repository?: string;
  name?: string;
  version?: string;
  chartPullSecret?: { name: string };
}

/** A key of a ConfigMap or Secret; the key is `values.yaml` unless said otherwise. */
export interface ValuesKeyRef {
  name: string;
  namespace?: string;
  key?: string;
  optional?: boolean;
}

/** One entry of `valuesFrom`; when several references are set, the first of this order counts. */
export interface ValuesSource {
  configMapKeyRef?: ValuesKeyRef;
  secretKeyRef?: ValuesKeyRef;
  externalSourceRef?: { url: string; optional?: boolean };
  chartFileRef?: { path: string; optional?: boolean };
}

export interface RollbackSpec {
  enable?: boolean;
  retry?: boolean;
  /** 5 when absent, 0 is no limit. */
  maxRetries?: number;
  force?: boolean;
  recreate?: boolean;
  disableHooks?: boolean;
  wait?: boolean;
  /** Seconds, 300 when absent. */
  timeout?: number;
}

export interface TestSpec {
  enable?: boolean;
  ignoreFailures?: boolean;
  /** Seconds, 300 when absent. */
  timeout?: number;
  cleanup?: boolean;
}

export interface HelmReleaseSpec {
  helmVersion?: 'v2' | 'v3';
  chart: ChartSourceFields;
  releaseName?: string;
  /** 10 when absent, 0 is no limit. */
  maxHistory?: number;
  valueFileSecrets?: { name: string }[];
  valuesFrom?: ValuesSource[];
  values?: JsonRecord;
  targetNamespace?: string;
  /** Seconds, 300 when absent. */
  timeout?: number;
  /** Only an explicit `false` reuses the values of the last release. */
  resetValues?: boolean;
  skipCRDs?: boolean;
  wait?: boolean;
  forceUpgrade?: boolean;
  disableOpenAPIValidation?: boolean;
  rollback?: RollbackSpec;
  test?: TestSpec;
  /** Releases that must be released before this one is installed or upgraded; not in the original. */
  dependsOn?: { name: string; namespace?: string }[];
  /** What is done about objects that others changed; not in the original. */
  drift?: DriftSpec;
}

export interface DriftSpec {
  /** `report` (the operator's default unless told otherwise), `repair` or `ignore`. */
  policy?: DriftPolicy;
  /** Fields that others may change: `Kind/name:path`, `Kind:path` or `path`, e.g. `Deployment:spec.replicas`. */
  ignore?: string[];
}

export type DriftPolicy = 'report' | 'repair' | 'ignore';

export type HelmReleasePhase =
  | 'ChartFetched'
  | 'ChartFetchFailed'
  | 'Installing'
  | 'Upgrading'
  | 'Deployed'
  | 'DeployFailed'
  | 'Testing'
  | 'TestFailed'
  | 'Tested'
  | 'Succeeded'
  | 'Failed'
  | 'RollingBack'
  | 'RolledBack'
  | 'RollbackFailed';

export type HelmReleaseConditionType =
  'ChartFetched' | 'Deployed' | 'Released' | 'RolledBack' | 'Tested' | 'Drifted';

export interface HelmReleaseCondition {
  type: HelmReleaseConditionType;
  status: 'True' | 'False' | 'Unknown';
  lastUpdateTime?: string;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
}

export interface HelmReleaseStatus {
  observedGeneration?: number;
  phase?: HelmReleasePhase;
  releaseName?: string;
  /** As Helm says it: `deployed`, `failed` … */
  releaseStatus?: string;
  /** Commit of the chart in git, or version of the chart, that is released now. */
  revision?: string;
  lastAttemptedRevision?: string;
  rollbackCount?: number;
  /** SHA-256 of the composed values; only flux.weave.works/v1beta1 shows it. */
  valuesChecksum?: string;
  conditions?: HelmReleaseCondition[];
}

/** helm.fluxcd.io/v1 HelmRelease: a chart, values, and how to keep them released. */
export interface HelmRelease extends KubeObject {
  spec: HelmReleaseSpec;
  status?: HelmReleaseStatus;
  /** The kind it was read as, when that is an older one. Never written. */
  origin?: Kind;
}

/** The kind as the client addresses it. */
export const HelmRelease: Kind<HelmRelease> = {
  apiVersion: 'helm.fluxcd.io/v1',
  kind: 'HelmRelease',
  plural: 'helmreleases',
  namespaced: true,
};

/** Annotation on every object of a release: `<namespace>:helmrelease/<name>` of the HelmRelease. */
export const antecedentAnnotation = 'helm.fluxcd.io/antecedent';

/** The same, as the older kinds write it. */
export const olderAntecedentAnnotation = 'flux.weave.works/antecedent';

/** The kind under which the object is in the cluster. */
export function originOf(release: HelmRelease): Kind {
  return release.origin ?? HelmRelease;
}

/** The antecedent annotation that objects of this release carry. */
export function antecedentAnnotationOf(release: HelmRelease): string {
  return release.origin === undefined ? antecedentAnnotation : olderAntecedentAnnotation;
}

/** Where the release goes. */
export function targetNamespaceOf(release: HelmRelease): string {
  return (
    nonEmpty(release.spec.targetNamespace) ?? nonEmpty(release.metadata.namespace) ?? 'default'
  );
}

/** `spec.releaseName`, or the namespaces and the name joined by dashes. */
export function releaseNameOf(release: HelmRelease): string {
  const given = nonEmpty(release.spec.releaseName);
  if (given !== undefined) return given;
  const namespace = nonEmpty(release.metadata.namespace) ?? 'default';
  const target = targetNamespaceOf(release);
  const { name } = release.metadata;
  return target === namespace ? `${target}-${name}` : `${namespace}-${target}-${name}`;
}

/** The id that the antecedent annotation holds. */
export function resourceIdOf(release: HelmRelease): string {
  const kind = originOf(release).kind.toLowerCase();
  return `${nonEmpty(release.metadata.namespace) ?? 'default'}:${kind}/${release.metadata.name}`;
}

/** A chart source that is complete. */
export type ChartSource =
  | {
      readonly type: 'git';
      readonly git: string;
      readonly ref?: string;
      readonly path: string;
      readonly secretRef?: { readonly name: string; readonly namespace?: string };
      readonly skipDepUpdate: boolean;
    }
  | {
      readonly type: 'repository';
      readonly repository: string;
      readonly name: string;
      readonly version: string;
      readonly chartPullSecret?: { readonly name: string };
    };

/** Git when url and path are there, else a repository when url, name and version are; else nothing. */
export function chartSourceOf(spec: HelmReleaseSpec): ChartSource | undefined {
  const chart: ChartSourceFields = isRecord(spec.chart) ? spec.chart : {};
  const { git, path, ref, secretRef, repository, name, version, chartPullSecret } = chart;
  if (git && path) {
    return {
      type: 'git',
      git,
      path,
      skipDepUpdate: chart.skipDepUpdate === true,
      ...(ref ? { ref } : {}),
      ...(secretRef ? { secretRef } : {}),
    };
  }
  if (!repository || !name || !version) return undefined;
  return {
    type: 'repository',
    repository,
    name,
    version,
    ...(chartPullSecret ? { chartPullSecret } : {}),
  };
}

/** All value sources in the order in which they are laid on one another, `values` excepted. */
export function valueSourcesOf(spec: HelmReleaseSpec): ValuesSource[] {
  const old = (spec.valueFileSecrets ?? []).map(({ name }) => ({ secretKeyRef: { name } }));
  return [...old, ...(spec.valuesFrom ?? [])];
}

/** Whether install and upgrade wait: as said, or when rollback or tests need to know. */
export function waitsOf(spec: HelmReleaseSpec): boolean {
  return spec.wait ?? (spec.rollback?.enable === true || spec.test?.enable === true);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
