import path from 'node:path';
import { KnownError, messageOf } from '../../base/index.ts';
import type { Logger, Run } from '../../base/index.ts';
import { openMirror, safeUrl, signingOf } from '../../lib/git/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import { openReader } from '../../lib/revision/index.ts';
import { canonicalName, parseImage } from '../../lib/oci/index.ts';
import { createAlarm, withTimeLimit } from '../../lib/controller/index.ts';
import { imagesOf, runAutomation, scanAutomated } from './automation.ts';
import { isAutomated } from './decide.ts';
import type { ImageStore } from './image-store.ts';
import { readSnapshot } from './observe.ts';
import type { ImagePorts } from './ports.ts';
import type { ImageRepository } from './settings.ts';
import type { CommitTarget } from './update/commit-change.ts';

/**
 * Automation of one repository: looks after each push of an image it uses, after each sync, and when
 * the timer says so. Jobs that people ask for run in the same turn, so that commits never race each other.
 */
export class ImageLoop {
  readonly repository: ImageRepository;
  readonly mirror: Mirror;
  /** What commits are made in. */
  readonly target: CommitTarget;
  readonly done: Promise<void>;
  readonly #ports: ImagePorts;
  readonly #store: ImageStore;
  readonly #log: Logger;
  readonly #alarm;
  readonly #intervalMs: number;
  #names = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    ports: ImagePorts,
    store: ImageStore,
    repository: ImageRepository,
    intervalMs: number,
  ) {
    this.#ports = ports;
    this.#store = store;
    this.#intervalMs = intervalMs;
    this.repository = repository;
    this.#log = ports.log;
    this.#alarm = createAlarm(ports.clock);
    this.mirror = mirrorOf(ports, repository);
    this.target = targetOf(ports, repository, this.mirror);
    this.done = this.#loop();
  }

  /** Something changed: look now. */
  wake(): void {
    this.#alarm.ring();
  }

  /** An image was pushed; `name` is canonical. Looks now when an automated workload uses it. */
  imagePushed(name: string): void {
    if (this.#names.has(name)) this.#alarm.ring();
  }

  /** Runs work alone: no automation and no other job of this repository runs meanwhile. */
  alone<T>(work: (run: Run) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => this.#inTime(work));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Tells the bus (and so the sync) that we pushed. */
  announce(revision: string): void {
    const { url, branch } = this.repository;
    this.#ports.bus.publish('git.pushed', { url: safeUrl(url), branch, revision });
  }

  #inTime<T>(work: (run: Run) => Promise<T>): Promise<T> {
    const { signal, clock } = this.#ports;
    const { syncTimeoutMs: ms = 60_000 } = this.repository;
    return withTimeLimit({ clock, ms, signal, what: 'the job' }, (until) =>
      work({ signal: until, clock, log: this.#log }),
    );
  }

  async #loop(): Promise<void> {
    const { signal } = this.#ports;
    while (!signal.aborted) {
      await this.alone((run) => this.#automate(run)).catch((thrown: unknown) =>
        this.#failed(thrown),
      );
      await this.#alarm.wait(this.#intervalMs, signal);
    }
    await this.#turn;
    await this.mirror.close();
  }

  /** A repository that is not there yet is the sync's to report. */
  #failed(thrown: unknown): void {
    if (this.#ports.signal.aborted) return;
    const url = safeUrl(this.repository.url);
    if (thrown instanceof KnownError) this.#log.warn('automation', { url, err: thrown.message });
    else this.#log.error(messageOf(thrown), { url, stack: (thrown as Error).stack });
  }

  async #automate(run: Run): Promise<void> {
    const { repository, mirror } = this;
    if (repository.isReadOnly) return;
    await mirror.fetch(run.signal);
    const snapshot = await readSnapshot(this.target, run.signal);
    if (snapshot === undefined) return;
    const automated = snapshot.workloads.filter(isAutomated);
    this.#names = new Set(automated.flatMap(imagesOf).map(canonicalName));
    if (automated.length === 0) return;
    const { defaultNamespace } = repository;
    const present = await scanAutomated(this.#ports, this.#store, snapshot, {
      defaultNamespace,
      run,
    });
    const target = { ...this.target, isFetched: true };
    const done = await runAutomation(target, this.#store, present, run);
    if (done === undefined) return;
    this.announce(done.revision);
  }
}

function mirrorOf(ports: ImagePorts, repository: ImageRepository): Mirror {
  const { credentials, environment, keyring, ssh } = ports;
  const fetchFrom = ports.localFolder?.(repository.url);
  const signing = signingOf(repository, keyring);
  return openMirror({
    url: repository.url,
    dir: path.join(ports.dataDir, 'mirrors', repository.name),
    clock: ports.clock,
    log: ports.log.with({ component: 'git' }),
    timeoutMs: repository.gitTimeoutMs,
    ...(credentials === undefined ? {} : { credentials }),
    ...(environment === undefined ? {} : { environment }),
    ...(ssh === undefined ? {} : { ssh }),
    ...(keyring === undefined ? {} : { keyring }),
    ...(signing === undefined ? {} : { signing }),
    ...(fetchFrom === undefined ? {} : { fetchFrom }),
  });
}

function targetOf(ports: ImagePorts, repository: ImageRepository, mirror: Mirror): CommitTarget {
  const { clock, environment = {} } = ports;
  const dir = path.join(ports.dataDir, 'generate', repository.name);
  const generating =
    repository.isGenerating === true ? { generating: { dir, clock, environment } } : {};
  const reader = openReader({ source: mirror, paths: repository.paths, ...generating });
  return { mirror, reader, repository, ...generating };
}

/** The canonical name of `host/path` as the bus tells it; undefined when it is no image name. */
export function pushedName(repository: string): string | undefined {
  try {
    return canonicalName(parseImage(repository));
  } catch {
    return undefined;
  }
}
