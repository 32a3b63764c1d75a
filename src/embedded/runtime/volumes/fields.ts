import { invalid } from '../../../base/index.ts';
import type { ContainerSpec, Pod } from '../pod/pod.ts';

/** What a pod can be asked about itself beyond its object. */
export interface PodFacts {
  readonly podIP: string | undefined;
  readonly hostIP: string;
}

/** The value of a `fieldRef`, e.g. `metadata.labels['app']`. Throws `KnownError('invalid')` for an unknown path. */
export function fieldValue(pod: Pod, path: string, facts: PodFacts): string {
  const { metadata, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)\['([^']*)'\]$/.exec(path);
  if (keyed) return metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2] ?? ''] ?? '';
  const values: Readonly<Record<string, () => string>> = {
    'metadata.name': () => metadata.name,
    'metadata.namespace': () => metadata.namespace ?? '',
    'metadata.uid': () => metadata.uid ?? '',
    'metadata.labels': () => mapText(metadata.labels),
    'metadata.annotations': () => mapText(metadata.annotations),
    'spec.nodeName': () => spec.nodeName ?? '',
    'spec.serviceAccountName': () => spec.serviceAccountName ?? 'default',
    'status.hostIP': () => facts.hostIP,
    'status.hostIPs': () => facts.hostIP,
    'status.podIP': () => facts.podIP ?? '',
    'status.podIPs': () => facts.podIP ?? '',
  };
  const value = values[path];
  if (value === undefined) throw invalid(`unsupported fieldPath: ${path}`);
  return value();
}

/** `key="value"` lines, sorted, with Go's quoting. */
function mapText(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .toSorted()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}

/** The value of a `resourceFieldRef`: in cores or bytes, divided by the divisor and rounded up. */
export function resourceValue(
  pod: Pod,
  ref: { containerName?: string; resource: string; divisor?: string },
  self?: ContainerSpec,
): string {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const named = all.find((each) => each.name === ref.containerName);
  const text = amountText(ref.containerName === undefined ? self : named, ref.resource);
  const divisor = amount(ref.divisor ?? '1') || 1;
  return String(Math.ceil(amount(text) / divisor));
}

function amountText(container: ContainerSpec | undefined, resource: string): string | number {
  const [, list = '', name = ''] = /^(limits|requests)\.(.+)$/.exec(resource) ?? [];
  const { limits = {}, requests = {} } = container?.resources ?? {};
  const text = list === 'limits' ? limits[name] : (requests[name] ?? limits[name]);
  return text ?? 0;
}

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity as a number: cores, bytes. Pure. */
export function amount(text: string | number): number {
  const [, digits = '0', unit = ''] = /^([\d.eE+-]+?)([a-zA-Z]*)$/.exec(String(text)) ?? [];
  return Number(digits) * (factors[unit] ?? 1);
}
