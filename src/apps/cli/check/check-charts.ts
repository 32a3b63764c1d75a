import {
  isRecord,
  KnownError,
  messageOf,
  type Clock,
  type JsonRecord,
} from '../../../base/index.ts';
import {
  asHelmRelease,
  chartSourceOf,
  FluxHelmRelease,
  HelmRelease,
  HelmReleaseV1beta1,
  releaseNameOf,
  targetNamespaceOf,
  valueSourcesOf,
  type ChartsRepository,
  type ValuesKeyRef,
  type ValuesSource,
} from '../../../api/helm-release/index.ts';
import {
  chartOf,
  defaultCapabilities,
  mergeMaps,
  parseKubeVersion,
  renderChart,
  type Chart,
  type ChartFile,
} from '../../../lib/helm/index.ts';
import { parseManifestFile, type Manifest } from '../../../lib/manifest/index.ts';
import { parse } from '../../../lib/yaml/index.ts';
import type { Finding } from './finding.ts';

export interface ChartCheck {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** All objects of the repository: values may come from its ConfigMaps. */
  readonly manifests: readonly Manifest[];
  /** Folder with the charts of FluxHelmReleases. */
  readonly chartsPath: string;
  /** Kubernetes version that charts are rendered for, e.g. `1.34`. */
  readonly kubernetes: string;
  readonly clock: Clock;
}

/** What the releases of a repository make. */
export interface RenderedCharts {
  /** Each with the file of the HelmRelease that wants it. */
  readonly manifests: ReadonlyArray<{
    readonly manifest: Manifest;
    readonly of: Manifest;
    /** Of the release. */
    readonly namespace: string;
  }>;
  readonly findings: readonly Finding[];
  readonly count: number;
}

const releases = [HelmRelease, HelmReleaseV1beta1, FluxHelmRelease];

/** Renders every HelmRelease whose chart lies in the repository; of the others it notes that it did not. */
export function renderReleases(check: ChartCheck): RenderedCharts {
  const manifests: Array<RenderedCharts['manifests'][number]> = [];
  const findings: Finding[] = [];
  let count = 0;
  for (const of of check.manifests) {
    const { apiVersion, kind } = of.object;
    if (!releases.some((each) => each.apiVersion === apiVersion && each.kind === kind)) continue;
    const place = { rule: 'chart', file: of.file, line: of.line } as const;
    try {
      const rendered = renderOne(of, check);
      if (typeof rendered === 'string') {
        findings.push({ ...place, level: 'note', message: rendered });
        continue;
      }
      count += 1;
      const namespace = targetNamespaceOf(asHelmRelease(of.object, here(check)));
      manifests.push(...rendered.map((manifest) => ({ manifest, of, namespace })));
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      findings.push({ ...place, level: 'error', message: messageOf(thrown) });
    }
  }
  return { manifests, findings, count };
}

/** FluxHelmReleases find their charts in the folder that is looked at. */
function here({ chartsPath }: ChartCheck): ChartsRepository {
  return { url: 'here', branch: 'here', chartsPath };
}

/** The objects of a release, or why it could not be looked at here. */
function renderOne(of: Manifest, check: ChartCheck): Manifest[] | string {
  const release = asHelmRelease(of.object, here(check));
  const source = chartSourceOf(release.spec);
  if (source === undefined) {
    throw new KnownError('invalid', 'could not find valid chart source configuration for release');
  }
  if (source.type !== 'git')
    return `chart ${source.name} ${source.version} is not at hand: not rendered`;
  const files = filesBelow(check.files, source.path.replace(/^\.?\/+|\/+$/g, ''));
  if (!files.some(({ name }) => name === 'Chart.yaml'))
    return `chart ${source.path} of ${source.git} is not at hand: not rendered`;
  const chart = chartOf(files);
  const layers = valueSourcesOf(release.spec).map((each) =>
    layerOf(each, release.metadata.namespace ?? 'default', chart, check.manifests),
  );
  const unknown = layers.find((layer) => typeof layer === 'string');
  if (unknown !== undefined) return `values ${unknown} are not at hand: not rendered`;
  const own = isRecord(release.spec.values) ? release.spec.values : {};
  const values = [...(layers as JsonRecord[]), own].reduce<JsonRecord>(mergeMaps, {});
  const rendered = renderChart({
    chart,
    values,
    release: { name: releaseNameOf(release), namespace: targetNamespaceOf(release) },
    capabilities: { ...defaultCapabilities, kubeVersion: parseKubeVersion(check.kubernetes) },
    // The same each time: a check that differs from run to run is none.
    ports: { now: () => check.clock.now(), random: (size) => Buffer.alloc(size, 7) },
  });
  return rendered.manifests.flatMap(({ path, text }) => objectsIn(path, text));
}

function filesBelow(files: ReadonlyMap<string, Uint8Array>, folder: string): ChartFile[] {
  return [...files]
    .filter(([name]) => name.startsWith(`${folder}/`))
    .map(([name, data]) => ({ name: name.slice(folder.length + 1), data }));
}

function objectsIn(path: string, text: string): Manifest[] {
  return parseManifestFile({ path, text });
}

/** Values of one source, or its name when they are not in the repository. */
function layerOf(
  source: ValuesSource,
  namespace: string,
  chart: Chart,
  manifests: readonly Manifest[],
): JsonRecord | string {
  const { configMapKeyRef, secretKeyRef, chartFileRef, externalSourceRef } = source;
  if (chartFileRef !== undefined) {
    const found = chart.files.find(({ name }) => name === chartFileRef.path);
    if (found === undefined) return chartFileRef.optional ? {} : `of file ${chartFileRef.path}`;
    return valuesIn(Buffer.from(found.data).toString('utf8'), chartFileRef.path);
  }
  if (externalSourceRef !== undefined) return `of ${externalSourceRef.url}`;
  const ref = configMapKeyRef ?? secretKeyRef;
  if (ref === undefined) return {};
  const kind = configMapKeyRef === undefined ? 'Secret' : 'ConfigMap';
  return keyOf(kind, { ...ref, namespace: ref.namespace ?? namespace }, manifests);
}

/** Values from an object of the repository, or its name when it is not there. */
function keyOf(
  kind: 'ConfigMap' | 'Secret',
  ref: ValuesKeyRef & { readonly namespace: string },
  manifests: readonly Manifest[],
): JsonRecord | string {
  const found = manifests.find(({ object: { kind: its, metadata } }) => {
    const where = metadata.namespace ?? 'default';
    return its === kind && metadata.name === ref.name && where === ref.namespace;
  });
  const data = isRecord(found?.object['data']) ? found.object['data'] : {};
  const value = data[ref.key ?? 'values.yaml'];
  if (typeof value !== 'string') {
    return ref.optional === true ? {} : `of ${kind} ${ref.namespace}/${ref.name}`;
  }
  const text = kind === 'Secret' ? Buffer.from(value, 'base64').toString('utf8') : value;
  return valuesIn(text, `${kind} ${ref.name}`);
}

function valuesIn(text: string, file: string): JsonRecord {
  const values = parse(text, { file });
  return isRecord(values) ? values : {};
}
