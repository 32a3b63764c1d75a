/**
 * Kubernetes objects as data: read the manifests of a repository, name, order and mark them, compute
 * and send the patch that `kubectl apply` would, compare, judge health, and edit images and policies
 * in their files without touching another byte. It watches nothing, loops over nothing and knows no
 * repository; the cluster it writes to is handed in. Start with `manifest.ts`, then `parse.ts` and
 * `apply.ts`.
 */
export { textMap } from './manifest.ts';
export type { Manifest, ManifestFailure, ManifestFile, Manifests } from './manifest.ts';
export { parseManifestFile, parseManifests } from './parse.ts';
export { chartFolders, cleanRoot, isInChart, isUnder, selectFiles } from './select-files.ts';
export type { SelectedFiles } from './select-files.ts';
export {
  clusterScope,
  idText,
  parseResourceId,
  parseResourceIdIn,
  resourceId,
} from './resource-id.ts';
export type { ResourceId } from './resource-id.ts';
export { applyRank, inApplyOrder } from './order.ts';
export {
  canonicalText,
  checksumAnnotation,
  checksumOf,
  gcMarkLabel,
  gcMarkOf,
  marked,
  syncSetName,
} from './marks.ts';
export { applyObject, applyPatch, lastAppliedAnnotation, withLastApplied } from './apply.ts';
export type { Applied, ApplyCluster, ApplyObjectHow } from './apply.ts';
export { diffObjects } from './diff.ts';
export type { FieldChange } from './diff.ts';
export { hasPolicy, ignoreOf, policiesOf, policyAnnotation } from './policies.ts';
export { containersOf, isWorkload } from './workload/containers.ts';
export type { Container, FieldPath, ImagePlace } from './workload/containers.ts';
export { liveWorkloads } from './workload/live-workloads.ts';
export { isHelmRelease } from './workload/helm-release.ts';
export { editFile, imageEdits, policyEdits } from './edit/edits.ts';
export type { FileEdit, NewImage } from './edit/edits.ts';
export { healthOf } from './health/health-of.ts';
export type { Health, HealthCheck } from './health/health.ts';
