import { keyOf, KnownError } from '../../base/index.ts';
import type { Key, Kind, KubeObject, Logger, Run } from '../../base/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { gcMarkLabel, gcMarkOf, resourceId, textMap } from '../../lib/manifest/index.ts';
import { applyAll } from './apply-all.ts';
import { deleteAll } from './delete-all.ts';
import { loggedApply } from './logged-apply.ts';
import type { Outcome } from './apply-all.ts';
import { desiredOf } from './desired.ts';
import type { Desired, DesiredObject, Problem } from './desired.ts';
import { listMarked } from './live.ts';
import { objectsToApply, pruningOf } from './plan.ts';
import type { Reading, RevisionReader } from '../../lib/revision/index.ts';
import { loadScopes } from './scopes.ts';
import type { RepositorySettings } from './settings.ts';

/** How a pass is to be done. */
export interface PassHow {
  /** Look at every object, live ones too; otherwise only at what changed in git or failed before. */
  readonly isFull: boolean;
  /** A person has agreed to many deletions. */
  readonly isPruneConfirmed: boolean;
}

/** What a pass did. */
export interface PassResult {
  readonly revision: string;
  readonly reading: Reading;
  /** Ids that are new or different in git, sorted. */
  readonly changed: readonly string[];
  readonly problems: readonly Problem[];
  readonly objects: number;
  /** Something failed that may go well later: a kind not served yet, a refused write. */
  readonly isRetryDue: boolean;
}

export interface SyncPassPorts {
  readonly cluster: Cluster;
  readonly reader: RevisionReader;
  readonly settings: RepositorySettings;
  readonly setName: string;
  readonly otherSets: readonly string[];
}

interface Known {
  readonly checksum: string;
  readonly kind: Kind;
  readonly key: Key;
}

/** Applies one revision after another, remembering what it has applied. */
export class SyncPass {
  readonly #ports: SyncPassPorts;
  /** What git wanted in the last pass, whether it could be applied or not. */
  #wanted = new Map<string, Known>();
  /** Checksums of what is surely applied. */
  #applied = new Map<string, string>();
  #objects: ReadonlyMap<string, DesiredObject> = new Map();
  /** Objects that may not be as they were applied. */
  readonly #doubted = new Set<string>();
  #unknown = new Set<string>();
  /** Ids outside the allowed namespaces, as they were told last. */
  #excluded = '';
  /** Something that git does not name may be ours: only the live objects tell what is to go. */
  #isMemoryIncomplete = false;
  /** Deletions that wait for a person. */
  #held: Problem | undefined;

  constructor(ports: SyncPassPorts) {
    this.#ports = ports;
  }

  /** Takes a revision for what was applied last, so that the first pass after a start tells only what changed. */
  async seed(revision: string, signal: AbortSignal): Promise<void> {
    const { cluster, reader, settings } = this.#ports;
    const reading = await reader.read(revision, signal);
    const scopeOf = await loadScopes(cluster, reading.manifests);
    const desired = desiredOf(reading, scopeOf, settings);
    this.#wanted = wantedOf(desired);
  }

  /** An object may not be as it was applied: the next pass applies it again. */
  doubt(id: string): void {
    this.#doubted.add(id);
  }

  /** What is wanted of the cluster, by the last pass. */
  get objects(): ReadonlyMap<string, DesiredObject> {
    return this.#objects;
  }

  /** Throws when the revision cannot be read at all; what goes wrong with single objects is in the result. */
  async run(revision: string, how: PassHow, run: Run): Promise<PassResult> {
    const { cluster, reader, settings, setName, otherSets } = this.#ports;
    const reading = await reader.read(revision, run.signal);
    const scopeOf = await loadScopes(cluster, reading.manifests);
    const desired = desiredOf(reading, scopeOf, settings);
    if (settings.isStrict) refuseProblems(desired);
    this.#logUnknown(desired, run.log);
    this.#logExcluded(desired, run.log);
    const isListing = how.isFull || this.#isMemoryIncomplete;
    const live = isListing ? await listMarked(cluster, run.log) : undefined;
    const before = this.#applied;
    const doubted = this.#doubted;
    const due = objectsToApply(desired, { isFull: how.isFull, before, doubted });
    const outcomes = await loggedApply(run, due.length, () =>
      applyAll(
        cluster,
        due,
        {
          setName,
          otherSets,
          before,
          live: live ?? new Map(),
          isServerSideApply: settings.isServerSideApply,
        },
        run,
      ),
    );
    const pruned = await this.#prune(desired, how, { live, run });
    return this.#finish(reading, desired, [...outcomes, ...pruned.outcomes], pruned.problems);
  }

  #finish(
    reading: Reading,
    desired: Desired,
    outcomes: readonly Outcome[],
    others: readonly Problem[],
  ): PassResult {
    this.#objects = desired.objects;
    const wanted = wantedOf(desired);
    const changed = [...wanted]
      .filter(([id, { checksum }]) => this.#wanted.get(id)?.checksum !== checksum)
      .map(([id]) => id)
      .toSorted();
    for (const outcome of outcomes) {
      this.#doubted.delete(outcome.id);
      const now = wanted.get(outcome.id);
      if (outcome.is === 'failed' || now === undefined) this.#applied.delete(outcome.id);
      else this.#applied.set(outcome.id, now.checksum);
    }
    for (const id of this.#applied.keys()) if (!wanted.has(id)) this.#applied.delete(id);
    this.#wanted = wanted;
    this.#isMemoryIncomplete = desired.problems.length > 0 || !desired.mayPrune;
    const failed = outcomes.flatMap((each) => (each.is === 'failed' ? [each.problem] : []));
    const unknown = desired.unknown.map(({ object, file, line }) => ({
      id: resourceId(object),
      path: file,
      line,
      message: `cannot find scope of resource ${object.kind}/${object.metadata.name}: the cluster does not serve ${object.apiVersion} ${object.kind}`,
    }));
    return {
      revision: reading.revision,
      reading,
      changed,
      problems: [...desired.problems, ...unknown, ...failed, ...others],
      objects: desired.objects.size,
      isRetryDue: failed.length + unknown.length > 0,
    };
  }

  async #prune(
    desired: Desired,
    how: PassHow,
    {
      live,
      run,
    }: { readonly live: ReadonlyMap<string, KubeObject> | undefined; readonly run: Run },
  ): Promise<{ outcomes: Outcome[]; problems: Problem[] }> {
    const { cluster, settings, setName } = this.#ports;
    if (settings.garbageCollection === 'off') return { outcomes: [], problems: [] };
    const candidates = live === undefined ? await this.#gone(desired) : [...live.values()];
    const { deletions, isHeld } = pruningOf({
      live: candidates,
      setName,
      desired,
      total: Math.max(this.#wanted.size, live === undefined ? 0 : this.#ownCount(live)),
      guard: settings.pruneGuard,
      isConfirmed: how.isPruneConfirmed,
    });
    if (!desired.mayPrune) logNotPruning(run.log, desired);
    if (isHeld) this.#held = this.#hold(deletions.length, run.log);
    else if (live !== undefined) this.#held = undefined;
    const problems = this.#held === undefined ? [] : [this.#held];
    const isDry = settings.garbageCollection === 'dry';
    const outcomes = isHeld ? [] : await deleteAll(cluster, deletions, isDry, run);
    return { outcomes, problems };
  }

  #ownCount(live: ReadonlyMap<string, KubeObject>): number {
    const { setName } = this.#ports;
    return [...live].filter(
      ([id, object]) => textMap(object, 'labels')[gcMarkLabel] === gcMarkOf(setName, id),
    ).length;
  }

  /** Live objects that the last revision wanted and this one does not. */
  async #gone(desired: Desired): Promise<KubeObject[]> {
    const { cluster } = this.#ports;
    const gone = [...this.#wanted].filter(
      ([id]) => !desired.objects.has(id) && !desired.protectedIds.has(id),
    );
    const found = await Promise.all(gone.map(([, { kind, key }]) => cluster.get(kind, key)));
    return found.filter((object) => object !== undefined);
  }

  #hold(count: number, log: Logger): Problem {
    const { name } = this.#ports.settings;
    const message = `${count} objects left the repository at once; nothing is deleted until someone confirms with: trice sync ${name} --confirm-prune`;
    log.warn(message);
    return { path: '', message };
  }

  #logExcluded({ excluded }: Desired, log: Logger): void {
    const resources = excluded.toSorted().join(',');
    if (resources !== '' && resources !== this.#excluded) {
      log.warn('not applying resources; excluded by namespace constraints', { resources });
    }
    this.#excluded = resources;
  }

  #logUnknown(desired: Desired, log: Logger): void {
    const now = new Set(
      desired.unknown.map(({ object }) => `${object.kind}/${object.metadata.name}`),
    );
    for (const name of now) {
      if (!this.#unknown.has(name)) log.warn(`cannot find scope of resource ${name}`);
    }
    for (const name of this.#unknown) {
      if (!now.has(name)) log.info(`found scope of resource ${name}, back in business!`);
    }
    this.#unknown = now;
  }
}

function wantedOf(desired: Desired): Map<string, Known> {
  return new Map(
    [...desired.objects].map(([id, { checksum, kind, object }]) => [
      id,
      { checksum, kind, key: keyOf(object) },
    ]),
  );
}

function refuseProblems(desired: Desired): void {
  const [first] = desired.problems;
  if (first !== undefined) throw new KnownError('invalid', first.message);
}

function logNotPruning(log: Logger, desired: Desired): void {
  log.warn('nothing is deleted while a file cannot be read that never could be', {
    files: desired.problems.map(({ path }) => path).join(','),
  });
}
