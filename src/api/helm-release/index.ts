/**
 * HelmRelease: a chart from git or a repository, values, and how to keep them released. The current
 * kind is helm.fluxcd.io/v1; flux.weave.works/v1beta1 and FluxHelmRelease v1alpha2 are turned into
 * it on read. Refuses nothing by itself: an incomplete chart source is accepted, as the original
 * does, and reported by the operator. Start with `helm-release.ts`.
 */
export {
  HelmRelease,
  antecedentAnnotation,
  antecedentAnnotationOf,
  chartSourceOf,
  olderAntecedentAnnotation,
  originOf,
  releaseNameOf,
  resourceIdOf,
  targetNamespaceOf,
  valueSourcesOf,
  waitsOf,
} from './helm-release.ts';
export type {
  ChartSource,
  ChartSourceFields,
  DriftPolicy,
  DriftSpec,
  HelmReleaseCondition,
  HelmReleaseConditionType,
  HelmReleasePhase,
  HelmReleaseSpec,
  HelmReleaseStatus,
  RollbackSpec,
  TestSpec,
  ValuesKeyRef,
  ValuesSource,
} from './helm-release.ts';
export { FluxHelmRelease, HelmReleaseV1beta1, asHelmRelease, statusAs } from './older.ts';
export type { ChartsRepository } from './older.ts';
export { fluxHelmReleaseCrd, helmReleaseCrd, helmReleaseV1beta1Crd } from './crds.ts';
