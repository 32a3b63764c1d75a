/**
 * Helm 3 as a library: charts, values, rendering, releases. `loadChart` reads a chart, `renderChart`
 * is synchronous and pure (time, random bytes and `lookup` come through ports), `createRenderer` does it
 * again and again with little work, and `trace` tells where lines and values come from. The actions
 * (`installRelease` …) write to a cluster and keep revisions in Secrets exactly as Helm does, so that
 * either reads what the other wrote. Refuses: plugins, post-renderers, name servers and the clock
 * inside a render, files outside a chart. Start with `render/render.ts`, then `release/install.ts`.
 */
export type {
  Chart,
  ChartFile,
  ChartLock,
  ChartMetadata,
  Dependency,
  ImportValue,
  Maintainer,
} from './chart/chart.ts';
export { archiveFiles } from './chart/archive.ts';
export { chartOf, loadChart, valuesOf } from './chart/load.ts';
export { nodeOf } from './chart/node.ts';
export type { ChartNode } from './chart/node.ts';
export { unmarshal } from './go-yaml.ts';
export { dependencyJson, metadataJson } from './release/codec.ts';
export { compareVersions } from '../gotemplate/index.ts';
export { isCompatible, versionIn } from './versions.ts';
export { coalesceTables } from './values/coalesce.ts';
export { copyValues, mergeMaps } from './values/tables.ts';
export { schemaProblems } from './values/schema/index.ts';
export { setLiteral, setValues } from './values/strvals.ts';
export type { SetMode } from './values/strvals.ts';
export {
  clusterCapabilities,
  defaultCapabilities,
  helmGoVersion,
  helmVersion,
  parseKubeVersion,
} from './render/capabilities.ts';
export type { Capabilities, KubeVersion } from './render/capabilities.ts';
export { ManifestError, crdsOf, manifestText, renderChart } from './render/render.ts';
export { renderForLint } from './render/render-for-lint.ts';
export { createRenderer } from './render/renderer.ts';
export type { ChartRenderer, RendererOptions } from './render/renderer.ts';
export type { CrdFile, ReleaseFacts, RenderOptions, Rendered } from './render/render.ts';
export { explainFailure } from './trace/explain-failure.ts';
export type { RenderFailure } from './trace/explain-failure.ts';
export type { ExplainedLine, ReadValue, RenderTrace } from './trace/render-trace.ts';
export type { ValueOrigin } from './trace/value-origins.ts';
export { valuesSource } from './trace/values-source.ts';
export type { ValuesSource } from './trace/values-source.ts';
export type { Lookup, LookupKey } from './render/functions.ts';
export type { HookEvent, HookManifest, Manifest } from './render/manifests.ts';
export { splitDocuments } from './render/manifests.ts';
export { installOrder, sortByKind, uninstallOrder } from './render/kind-order.ts';
export { globPattern } from './glob.ts';
export type { ActionPorts, HookLog } from './release/ports.ts';
export type {
  Release,
  ReleaseStatus,
  StoredChart,
  StoredHook,
  StoredInfo,
} from './release/release.ts';
export { isPending, releaseNameProblem } from './release/release.ts';
export { decodeRelease, encodeRelease } from './release/codec.ts';
export { createReleaseStore, createReleaseStore as createSecretStore } from './release/store.ts';
export type { ReleaseHead, ReleaseStore, StorageDriver } from './release/store.ts';
export type { DeployOptions, InstallOptions } from './release/deploy-options.ts';
export { failInterrupted, wasInterrupted } from './release/interrupted.ts';
export { computedValues } from './release/computed-values.ts';
export {
  installRelease,
  rollbackRelease,
  testRelease,
  uninstallRelease,
  upgradeRelease,
} from './release/actions.ts';
export type { UpgradeOptions } from './release/upgrade.ts';
export type { RollbackOptions } from './release/rollback.ts';
export type { Uninstalled, UninstallOptions } from './release/uninstall.ts';
export type { TestOptions } from './release/test-release.ts';
export { releaseObjects } from './release/objects.ts';
export type { ReleaseObject } from './release/objects.ts';
export { releaseDifference } from './release/compare.ts';
export { renderWithCluster } from './release/render-with-cluster.ts';
export { openChartRepository, resolveUrl } from './repository/repository.ts';
export type { ChartRepository, ChartRepositoryOptions } from './repository/repository.ts';
export type { FetchPorts, RepositoryCredentials } from './repository/fetch.ts';
export { fetchBytes } from './repository/fetch.ts';
export { findChart, parseIndex } from './repository/index-file.ts';
export type { IndexEntry, RepositoryIndex } from './repository/index-file.ts';
export { buildIndex, indexText, mergeIndex } from './repository/write-index.ts';
export type { IndexedArchive } from './repository/write-index.ts';
export { packageChart } from './package/package-chart.ts';
export type { PackagedChart } from './package/package-chart.ts';
export { lockDigest, oldLockDigest } from './package/lock.ts';
