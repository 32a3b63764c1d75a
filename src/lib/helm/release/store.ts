import { KnownError } from '../../../base/index.ts';
import type { Clock, Kind, KubeObject } from '../../../base/index.ts';
import { kinds } from '../../kube/index.ts';
import type { Cluster } from '../../kube/index.ts';
import { decodeRelease, encodeRelease } from './codec.ts';
import type { Release, ReleaseStatus } from './release.ts';

/** The head of a stored revision: what its labels tell without unpacking it. */
export interface ReleaseHead {
  readonly name: string;
  readonly namespace: string;
  readonly version: number;
  readonly status: ReleaseStatus;
}

/** Where revisions of releases are kept. Nothing is cached: every question asks the cluster. */
export interface ReleaseStore {
  /** Throws `exists` when the revision is there; with `maxHistory` old revisions make room first. */
  create(release: Release, maxHistory?: number): Promise<void>;
  /** Throws `too-large` when an object could not hold the release, also once it is finished. */
  check(release: Release): void;
  update(release: Release): Promise<void>;
  delete(head: { name: string; version: number }): Promise<void>;
  get(name: string, version: number): Promise<Release | undefined>;
  /** Newest revision, or undefined when there is none. */
  last(name: string): Promise<Release | undefined>;
  /** Newest revision with status deployed. */
  deployed(name: string): Promise<Release | undefined>;
  /** Heads of all revisions, oldest first; of all releases when no name is given. */
  heads(name?: string): Promise<ReleaseHead[]>;
  /** All revisions, oldest first. */
  history(name: string): Promise<Release[]>;
}

interface StoredObject extends KubeObject {
  type?: string;
  data?: Record<string, string>;
}

/** A Secret or a ConfigMap holds 1 MiB of data. */
const maxSecretBytes = 1024 * 1024;

/** What times, phases and a description add to a release until it is finished. */
const reserveBytes = 4096;

/** Labels that Helm itself writes. */
const systemLabels = ['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt'];

/** Helm's word for where revisions are kept: its `HELM_DRIVER`. */
export type StorageDriver = 'secret' | 'configmap';

/**
 * Helm's own storage: Secrets `sh.helm.release.v1.NAME.vN` of type helm.sh/release.v1, or ConfigMaps
 * of the same name, so that helm reads what we wrote and we read what it wrote. `namespace` undefined
 * lists all namespaces.
 */
export function createReleaseStore(ports: {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly namespace: string | undefined;
  /** Secrets when absent. */
  readonly driver?: StorageDriver;
  /** Only revisions with these labels are seen, e.g. `team=a`. */
  readonly selector?: string;
}): ReleaseStore {
  return new ObjectStore(ports);
}

class ObjectStore implements ReleaseStore {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #namespace: string | undefined;
  readonly #selector: string;
  readonly #kind: Kind;

  constructor(ports: Parameters<typeof createReleaseStore>[0]) {
    this.#cluster = ports.cluster;
    this.#clock = ports.clock;
    this.#namespace = ports.namespace;
    this.#selector = ports.selector ?? '';
    this.#kind = ports.driver === 'configmap' ? kinds.ConfigMap : kinds.Secret;
  }

  check(release: Release): void {
    checkLabels(release);
    checkSize(release, encodeRelease(release).length + reserveBytes);
  }

  async create(release: Release, maxHistory: number = 0): Promise<void> {
    checkLabels(release);
    if (maxHistory > 0) await this.#prune(release.name, maxHistory - 1);
    const object = this.#objectOf(release, 'createdAt');
    try {
      await this.#cluster.create(this.#kind, object);
    } catch (thrown) {
      if (!(thrown instanceof KnownError) || thrown.code !== 'exists') throw thrown;
      throw new KnownError('exists', 'create: failed to create: release: already exists', {
        cause: thrown,
      });
    }
  }

  async update(release: Release): Promise<void> {
    await this.#cluster.replace(this.#kind, this.#objectOf(release, 'modifiedAt'));
  }

  async delete(head: { name: string; version: number }): Promise<void> {
    await this.#cluster.delete(this.#kind, this.#keyOf(head.name, head.version));
  }

  async get(name: string, version: number): Promise<Release | undefined> {
    const found = await this.#cluster.get<StoredObject>(this.#kind, this.#keyOf(name, version));
    return found === undefined ? undefined : releaseOf(found);
  }

  async last(name: string): Promise<Release | undefined> {
    const newest = (await this.#objects(name)).at(-1);
    return newest === undefined ? undefined : releaseOf(newest);
  }

  async deployed(name: string): Promise<Release | undefined> {
    const all = await this.#objects(name);
    const newest = all.findLast((each) => headOf(each).status === 'deployed');
    return newest === undefined ? undefined : releaseOf(newest);
  }

  async heads(name?: string): Promise<ReleaseHead[]> {
    return (await this.#objects(name)).map(headOf);
  }

  async history(name: string): Promise<Release[]> {
    return (await this.#objects(name)).map(releaseOf);
  }

  async #objects(name: string | undefined): Promise<StoredObject[]> {
    const wanted = [...(name === undefined ? [] : [`name=${name}`]), 'owner=helm'];
    if (this.#selector !== '') wanted.push(this.#selector);
    const { items } = await this.#cluster.list<StoredObject>(this.#kind, {
      labelSelector: wanted.join(','),
      ...(this.#namespace === undefined ? {} : { namespace: this.#namespace }),
    });
    return items
      .filter((each) => each.data?.['release'] !== undefined)
      .toSorted((a, b) => headOf(a).version - headOf(b).version);
  }

  /** Deletes the oldest revisions until `keep` remain, never the deployed one. */
  async #prune(name: string, keep: number): Promise<void> {
    const all = await this.heads(name);
    const deployed = all.findLast(({ status }) => status === 'deployed')?.version;
    const surplus = all.length - keep;
    if (surplus <= 0) return;
    const oldest = all.filter(({ version }) => version !== deployed).slice(0, surplus);
    for (const head of oldest) await this.delete(head);
  }

  #keyOf(name: string, version: number): { namespace: string; name: string } {
    return {
      namespace: this.#namespace ?? 'default',
      name: `sh.helm.release.v1.${name}.v${version}`,
    };
  }

  #objectOf(release: Release, stamp: 'createdAt' | 'modifiedAt'): StoredObject {
    const text = encodeRelease(release);
    checkSize(release, text.length);
    const { name, namespace } = this.#keyOf(release.name, release.version);
    const labels = {
      ...release.labels,
      name: release.name,
      owner: 'helm',
      status: release.info.status,
      version: String(release.version),
      [stamp]: String(Math.floor(this.#clock.now().getTime() / 1000)),
    };
    const { apiVersion, kind } = this.#kind;
    const object = { apiVersion, kind, metadata: { name, namespace, labels } };
    if (kind === kinds.ConfigMap.kind) return { ...object, data: { release: text } };
    const data = Buffer.from(text).toString('base64');
    return { ...object, type: 'helm.sh/release.v1', data: { release: data } };
  }
}

function headOf(stored: StoredObject): ReleaseHead {
  const labels = stored.metadata.labels ?? {};
  return {
    name: labels['name'] ?? '',
    namespace: stored.metadata.namespace ?? '',
    version: Number(labels['version'] ?? 0),
    status: (labels['status'] ?? 'unknown') as ReleaseStatus,
  };
}

function releaseOf({ kind, data = {}, metadata }: StoredObject): Release {
  const stored = data['release'] ?? '';
  const isPlain = kind === kinds.ConfigMap.kind;
  const text = isPlain ? stored : Buffer.from(stored, 'base64').toString('utf8');
  const all = Object.entries(metadata.labels ?? {});
  const labels = Object.fromEntries(all.filter(([name]) => !systemLabels.includes(name)));
  const release = decodeRelease(text);
  return Object.keys(labels).length === 0 ? release : { ...release, labels };
}

function checkSize({ name, version }: Release, bytes: number): void {
  if (bytes <= maxSecretBytes) return;
  throw new KnownError(
    'too-large',
    `release ${name} v${version} needs ${Math.ceil(bytes / 1024)} KiB, more than the ${maxSecretBytes / 1024} KiB a Secret can hold: make the chart smaller (files that templates do not read belong in .helmignore)`,
    { retry: 'when-changed' },
  );
}

function checkLabels({ labels = {} }: Release): void {
  if (!Object.keys(labels).some((name) => systemLabels.includes(name))) return;
  throw new KnownError(
    'invalid',
    `user supplied labels contains system reserved label name. System labels: [${systemLabels.join(' ')}]`,
  );
}
