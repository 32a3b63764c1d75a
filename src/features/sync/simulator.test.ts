import { expect, it } from 'vitest';
import { FakeClock, KnownError, silentLogger } from '../../base/index.ts';
import type { Json, JsonRecord, Key, Kind, KubeObject, Run } from '../../base/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { resourceId } from '../../lib/manifest/index.ts';
import { memorySource, openReader } from '../../lib/revision/index.ts';
import type { Source } from '../../lib/revision/index.ts';
import { mergePatch } from '../../lib/schema/index.ts';
import { isDue } from './timing/is-due.ts';
import { createRetryTimer } from './timing/retry-timer.ts';
import { repositorySettings } from './settings.ts';
import { SyncPass } from './sync-pass.ts';

// Thousands of schedules, each from its seed alone: commits, faults of the API server, hands that change
// and delete, restarts at any moment, broken files. Whatever happens, nothing that the repository
// declares may be deleted, and once the faults are over the cluster is what the repository says.

const schedules = 1000;
const steps = 25;

/** A small generator of numbers: the same seed, the same schedule. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), state | 1) + 0x6d2b79f5) | 0;
    const mixed = (state ^ (state >>> 13)) >>> 0;
    return mixed % below;
  };
}

const configMap: Kind = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

/** A cluster of ConfigMaps that fails as often as it is told to, before or after it did the work. */
class FlakyCluster {
  readonly objects = new Map<string, KubeObject>();
  readonly #random: (below: number) => number;
  /** One call of so many fails; 0: none. */
  faultEvery = 0;
  /** Ids that nobody may delete now. */
  wanted: ReadonlySet<string> = new Set();
  readonly wrong: string[] = [];
  deletions = 0;
  faults = 0;
  #version = 0;

  constructor(random: (below: number) => number) {
    this.#random = random;
  }

  #maybeFail(): void {
    if (this.faultEvery === 0 || this.#random(this.faultEvery) > 0) return;
    this.faults += 1;
    const faults = [
      new KnownError('unreachable', 'internal error', { status: 500 }),
      new KnownError('unreachable', 'too many requests', { status: 429 }),
      new KnownError('conflict', 'the object has been modified', { status: 409 }),
      new KnownError('timeout', 'no answer'),
    ];
    throw faults[this.#random(faults.length)]!;
  }

  put(object: KubeObject): KubeObject {
    this.#version += 1;
    const metadata = { uid: `u${this.#version}`, ...object.metadata };
    const stored = { ...object, metadata: { ...metadata, resourceVersion: String(this.#version) } };
    this.objects.set(resourceId(stored), stored);
    return stored;
  }

  async get(_kind: Kind, key: Key): Promise<KubeObject | undefined> {
    this.#maybeFail();
    return this.objects.get(`${key.namespace}:configmap/${key.name}`);
  }

  async list(): Promise<{ items: KubeObject[]; version: string }> {
    this.#maybeFail();
    const items = [...this.objects.values()].filter(({ metadata }) => metadata.labels);
    return { items, version: String(this.#version) };
  }

  async create(_kind: Kind, object: KubeObject): Promise<KubeObject> {
    this.#maybeFail();
    if (object.kind !== 'ConfigMap') return object;
    if (this.objects.has(resourceId(object))) throw new KnownError('exists', 'it exists');
    const stored = this.put(object);
    this.#maybeFail();
    return stored;
  }

  async patch(_kind: Kind, key: Key, patch: JsonRecord): Promise<KubeObject> {
    this.#maybeFail();
    const before = this.objects.get(`${key.namespace}:configmap/${key.name}`);
    if (before === undefined) throw new KnownError('not-found', 'it is not there');
    const stored = this.put(mergePatch(before as unknown as Json, patch) as unknown as KubeObject);
    this.#maybeFail();
    return stored;
  }

  async delete(_kind: Kind, key: Key, how: { preconditions?: { uid?: string } }): Promise<void> {
    this.#maybeFail();
    const id = `${key.namespace}:configmap/${key.name}`;
    const live = this.objects.get(id);
    const isSame = live?.metadata.uid === how.preconditions?.uid;
    if (live !== undefined && !isSame) throw new KnownError('conflict', 'another object by now');
    if (this.wanted.has(id)) this.wrong.push(id);
    this.deletions += live === undefined ? 0 : 1;
    this.objects.delete(id);
    this.#maybeFail();
  }

  async resources(): Promise<unknown[]> {
    this.#maybeFail();
    return [{ ...configMap, group: '', version: 'v1', verbs: ['list'] }];
  }

  async resourceOf(): Promise<Kind> {
    return configMap;
  }
}

/** A repository of which every revision is kept. */
class History {
  readonly #revisions: Array<ReadonlyMap<string, string>> = [new Map()];

  get head(): number {
    return this.#revisions.length - 1;
  }

  commit(change: (files: Map<string, string>) => void): void {
    const files = new Map(this.#revisions.at(-1));
    change(files);
    this.#revisions.push(files);
  }

  /** Id → value of all that a revision declares in files that can be read. */
  declared(revision: number): Map<string, string> {
    const texts = [...(this.#revisions[revision] ?? new Map<string, string>())];
    return new Map(
      texts
        .filter(([, text]) => !isBroken(text))
        .map(([name, text]) => [
          `demo:configmap/${name.replace('.yaml', '')}`,
          /value: v(\d+)/.exec(text)?.[1] ?? '',
        ]),
    );
  }

  /** Ids that a broken file of a revision stood for when it could last be read. */
  brokenIn(revision: number): string[] {
    const texts = [...(this.#revisions[revision] ?? new Map<string, string>())];
    return texts
      .filter(([, text]) => isBroken(text))
      .map(([name]) => `demo:configmap/${name.replace('.yaml', '')}`);
  }

  source(): Source {
    const at = (revision: string): Source => {
      const files = this.#revisions[Number(revision)] ?? new Map<string, string>();
      return memorySource(new Map([...files].map(([name, text]) => [name, Buffer.from(text)])));
    };
    return {
      files: (revision, paths) => at(revision).files(revision, paths),
      read: (oid) => at(String(this.#last)).read(oid),
      load: (options) => at(options.revision).load(options),
      log: async () => [],
      export: (options) => at(options.revision).export(options),
    };
  }

  #last = 0;
  /** The revision that is read next: contents are found in it. */
  reading(revision: number): string {
    this.#last = revision;
    return String(revision);
  }
}

const isBroken = (text: string): boolean => text.includes('broken');
const fileOf = (name: string, value: number): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: demo}\ndata: {value: v${value}}\n`;

interface World {
  readonly random: (below: number) => number;
  readonly cluster: FlakyCluster;
  readonly history: History;
  readonly run: Run;
  pass: SyncPass;
  /** What the sync tag says. */
  marker: number;
}

function newPass({ cluster, history }: Pick<World, 'cluster' | 'history'>): SyncPass {
  return new SyncPass({
    cluster: cluster as unknown as Cluster,
    reader: openReader({ source: history.source(), paths: [] }),
    settings: repositorySettings({ url: 'x', garbageCollection: 'on' }),
    setName: 'set',
    otherSets: [],
  });
}

async function sync(world: World, isFull: boolean): Promise<boolean> {
  const { cluster, history, run } = world;
  const head = history.head;
  // What the head declares, and what its broken files stood for, must stay.
  cluster.wanted = new Set([...history.declared(head).keys(), ...history.brokenIn(head)]);
  try {
    const how = { isFull, isPruneConfirmed: true };
    const result = await world.pass.run(history.reading(head), how, run);
    world.marker = head;
    return !result.isRetryDue;
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    return false;
  }
}

/** A new process: it knows what the marker says, if it can read it. */
async function restart(world: World): Promise<void> {
  world.pass = newPass(world);
  const revision = world.history.reading(world.marker);
  await world.pass.seed(revision, new AbortController().signal).catch((thrown: unknown) => {
    if (!(thrown instanceof KnownError)) throw thrown;
  });
}

async function step(world: World, count: number): Promise<void> {
  const { random, cluster, history } = world;
  const name = `m${random(6)}`;
  const live = cluster.objects.get(`demo:configmap/${name}`);
  switch (random(9)) {
    case 0:
    case 1:
      return history.commit((files) => files.set(`${name}.yaml`, fileOf(name, count)));
    case 2:
      return history.commit((files) => files.delete(`${name}.yaml`));
    case 3:
      // A file that never was readable says nothing, and stops all deletions: it must have been.
      return history.commit((files) => {
        if (files.has(`${name}.yaml`)) files.set(`${name}.yaml`, 'broken: [');
      });
    case 4:
      if (live !== undefined) cluster.put({ ...live, data: { value: 'by hand' } });
      return undefined;
    case 5:
      cluster.objects.delete(`demo:configmap/${name}`);
      return undefined;
    case 6:
      return restart(world);
    default:
      cluster.faultEvery = [0, 0, 2, 5, 12][random(5)] ?? 0;
      await sync(world, random(3) === 0);
      return undefined;
  }
}

/** Everything is mended; a few syncs later the cluster must be what the head declares. */
async function settle(world: World): Promise<void> {
  const { cluster, history } = world;
  cluster.faultEvery = 0;
  history.commit((files) => {
    for (const [name, text] of files) if (isBroken(text)) files.delete(name);
  });
  for (let count = 0; count < 3; count += 1) await sync(world, true);
}

it(
  `${schedules} schedules end with the cluster as the repository says, and nothing deleted wrongly`,
  { timeout: 60_000 },
  async () => {
    let deletions = 0;
    let faults = 0;
    for (let seed = 1; seed <= schedules; seed += 1) {
      const random = randomFrom(seed);
      const cluster = new FlakyCluster(random);
      const history = new History();
      const run = {
        clock: new FakeClock(),
        log: silentLogger,
        signal: new AbortController().signal,
      };
      const world = {
        random,
        cluster,
        history,
        run,
        pass: newPass({ cluster, history }),
        marker: 0,
      };
      for (let count = 0; count < steps; count += 1) await step(world, count);
      await settle(world);
      const found = new Map(
        [...cluster.objects].map(([id, object]) => [
          id,
          String((object['data'] as { value: string }).value).replace(/^v/, ''),
        ]),
      );
      deletions += cluster.deletions;
      faults += cluster.faults;
      const wanted = history.declared(history.head);
      expect({ seed, wrong: cluster.wrong }).toEqual({ seed, wrong: [] });
      expect({ seed, found }).toEqual({ seed, found: wanted });
    }
    // Not because nothing happened.
    expect(deletions).toBeGreaterThan(schedules / 2);
    expect(faults).toBeGreaterThan(schedules);
  },
);

it('a time has come when it is past, and when the clock was turned back', async () => {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const at = clock.now().getTime() + 1000;
  expect(isDue(clock, at, 5000)).toBe(false);
  expect(isDue(clock, at, 500)).toBe(true);
  expect(isDue(clock, Number.POSITIVE_INFINITY, 500)).toBe(false);
  await clock.advance(1000);
  expect(isDue(clock, at, 5000)).toBe(true);
});

it('a retry waits twice as long each time, and not at all for what only a change can mend', async () => {
  const clock = new FakeClock();
  const timer = createRetryTimer(clock, 3000);
  const now = clock.now().getTime();
  const pauses = [1, 2, 3, 4].map(() => {
    timer.later(undefined);
    return timer.at - now;
  });
  expect(pauses).toEqual([1000, 2000, 3000, 3000]);
  timer.later(new KnownError('invalid', 'x'));
  expect(timer.at).toBe(Number.POSITIVE_INFINITY);
  timer.later(undefined);
  expect(timer.at - now).toBe(1000);
});
