import { KnownError, isRecord } from '../../base/index.ts';
import type { JsonRecord, Key, Kind, KubeObject } from '../../base/index.ts';
import { valueSourcesOf } from '../../api/helm-release/index.ts';
import type { HelmRelease, ValuesKeyRef, ValuesSource } from '../../api/helm-release/index.ts';
import { copyValues, mergeMaps } from '../../lib/helm/index.ts';
import type { Chart } from '../../lib/helm/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import { parse } from '../../lib/yaml/index.ts';
import { maskOf } from './mask.ts';
import type { Mask } from './mask.ts';

/** Reads a values file from a URL; throws when the answer is not a 200. */
export type ReadUrl = (url: string) => Promise<string>;

/** What composing values may ask. */
export interface ValuesPorts {
  readonly getObject: (kind: Kind, key: Key) => Promise<KubeObject | undefined>;
  readonly readUrl: ReadUrl;
}

/** Values, and how to keep what came from Secrets out of texts. */
export interface ComposedValues {
  readonly values: JsonRecord;
  readonly mask: Mask;
}

/** All values of a release, later sources over earlier ones, `spec.values` on top; null stays null. */
export async function composeValues(
  ports: ValuesPorts,
  release: HelmRelease,
  chart: Chart,
): Promise<ComposedValues> {
  let values: JsonRecord = {};
  const secrets: JsonRecord[] = [];
  for (const source of valueSourcesOf(release.spec)) {
    const layer = await layerOf(ports, source, { release, chart });
    if (layer === undefined) continue;
    values = mergeMaps(values, layer);
    if (source.configMapKeyRef === undefined && source.secretKeyRef) secrets.push(layer);
  }
  const own = release.spec.values;
  const all = copyValues(mergeMaps(values, isRecord(own) ? own : {}));
  return { values: all, mask: maskOf(secrets) };
}

interface For {
  readonly release: HelmRelease;
  readonly chart: Chart;
}

async function layerOf(
  ports: ValuesPorts,
  source: ValuesSource,
  { release, chart }: For,
): Promise<JsonRecord | undefined> {
  const namespace = release.metadata.namespace ?? 'default';
  const { configMapKeyRef, secretKeyRef, externalSourceRef, chartFileRef } = source;
  if (configMapKeyRef !== undefined) {
    return fromObject(ports, kinds.ConfigMap, { namespace, ref: configMapKeyRef });
  }
  if (secretKeyRef !== undefined) {
    return fromObject(ports, kinds.Secret, { namespace, ref: secretKeyRef });
  }
  if (externalSourceRef !== undefined) {
    const { url, optional = false } = externalSourceRef;
    return maybe(optional, async () => valuesOf(await readUrl(ports, url)));
  }
  if (chartFileRef === undefined) return undefined;
  const { path, optional = false } = chartFileRef;
  return maybe(optional, async () => valuesOf(chartFile(chart, path)));
}

async function maybe(
  isOptional: boolean,
  read: () => Promise<JsonRecord>,
): Promise<JsonRecord | undefined> {
  try {
    return await read();
  } catch (thrown) {
    if (isOptional && thrown instanceof KnownError) return undefined;
    throw thrown;
  }
}

async function fromObject(
  ports: ValuesPorts,
  kind: Kind,
  { namespace, ref }: { namespace: string; ref: ValuesKeyRef },
): Promise<JsonRecord | undefined> {
  const key = { namespace: ref.namespace ?? namespace, name: ref.name };
  const object = await ports.getObject(kind, key);
  const isOptional = ref.optional === true;
  if (object === undefined) {
    if (isOptional) return undefined;
    throw new KnownError('not-found', `${kind.plural} ${JSON.stringify(ref.name)} not found`);
  }
  return maybe(isOptional, async () => valuesOf(textAt(object, kind, ref.key ?? 'values.yaml')));
}

function textAt(object: KubeObject, kind: Kind, key: string): string {
  const data = isRecord(object['data']) ? object['data'] : {};
  const text = data[key];
  if (typeof text === 'string') {
    return kind.kind === 'Secret' ? Buffer.from(text, 'base64').toString('utf8') : text;
  }
  const { namespace = '', name } = object.metadata;
  throw new KnownError(
    'not-found',
    `could not find key ${key} in ${kind.kind} ${namespace}/${name}`,
  );
}

async function readUrl(ports: ValuesPorts, url: string): Promise<string> {
  try {
    if (!/^https?:\/\//i.test(url)) throw new KnownError('unsupported', 'neither http nor https');
    return await ports.readUrl(url);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError('unreachable', `unable to read value file from URL ${url}`, {
      cause: thrown,
    });
  }
}

/** A file of the chart by its path; the chart's own folder is all there is. */
function chartFile(chart: Chart, path: string): string {
  const wanted = path.replace(/^(\.?\/)+/, '');
  const file = chart.raw.find(({ name }) => name === wanted);
  if (file !== undefined) return Buffer.from(file.data).toString('utf8');
  throw new KnownError('not-found', `unable to read value file from path ${path}`);
}

/** A values file as data. The error never carries the text: it may come from a Secret. */
function valuesOf(text: string): JsonRecord {
  let value: unknown;
  try {
    value = parse(text);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError('invalid', 'unable to parse the values: they are not valid YAML', {
      where: thrown.where ?? {},
    });
  }
  if (value === null || value === undefined) return {};
  if (isRecord(value)) return value;
  throw new KnownError('invalid', 'unable to parse the values: they are not a map');
}
