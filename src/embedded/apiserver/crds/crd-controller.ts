import { deepEqual, structuralErrors } from '../../../lib/schema/index.ts';
import { RevisionError, type Store, type Stored } from '../store/store.ts';
import type { ResourceRegistry } from '../resources/resource-registry.ts';
import type { ServedResource } from '../resources/served-resource.ts';
import type { Clock, Logger } from '../../../base/index.ts';
import { crdCondition, type Crd, type CrdCondition } from './crd.ts';
import { acceptNames, setCrdCondition } from './names.ts';
import { servedVersions } from './served-versions.ts';

/** Where definitions are kept. */
export const crdPrefix = '/apiextensions.k8s.io/customresourcedefinitions/';
/** The finalizer that holds a definition until its objects are gone. */
export const crdFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** What deleting the objects of a definition needs. */
export interface CrdPorts {
  readonly store: Store;
  readonly resources: ResourceRegistry;
  readonly clock: Clock;
  readonly log: Logger;
  /** Deletes every object of a resource; says how many are left (held by finalizers). */
  readonly empty: (resource: ServedResource) => Promise<number>;
}

/**
 * Keeps what is served in step with the definitions: accepts names, establishes, and cleans up behind
 * a deleted one. It follows the store's own events, so a definition is served within milliseconds.
 */
export function followDefinitions(ports: CrdPorts): () => void {
  const controller = new CrdController(ports);
  controller.serve();
  const stopCrds = ports.store.watch({
    prefix: crdPrefix,
    since: ports.store.revision,
    onEvent: (event) => controller.changed(event.type === 'deleted' ? undefined : event.stored.key),
  });
  for (const { key } of ports.store.list(crdPrefix).items) controller.changed(key);
  return () => {
    stopCrds();
    controller.stop();
  };
}

interface Served {
  readonly revision: number;
  readonly resources: readonly ServedResource[];
}

class CrdController {
  readonly #ports: CrdPorts;
  readonly #cleaning = new Map<string, () => void>();
  #served: ReadonlyMap<string, Served> = new Map();
  #stopped = false;

  constructor(ports: CrdPorts) {
    this.#ports = ports;
  }

  /** Publishes the resources of all established definitions. */
  serve(): void {
    const stored = this.#ports.store.list(crdPrefix).items;
    const before = this.#served;
    // Schemas are large, and most definitions have not changed since the last time.
    this.#served = new Map(
      stored.map(({ key, revision, parse }) => {
        const known = before.get(key);
        if (known?.revision === revision) return [key, known];
        return [key, { revision, resources: servedVersions(parse() as Crd) }];
      }),
    );
    this.#ports.resources.setCustom([...this.#served.values()].flatMap((each) => each.resources));
  }

  /** A definition was written (undefined: one is gone). */
  changed(key: string | undefined): void {
    if (this.#stopped) return;
    const stored = key === undefined ? undefined : this.#ports.store.get(key);
    if (stored) this.#settle(stored);
    this.serve();
    if (stored) void this.#cleanUp(stored.key);
  }

  stop(): void {
    this.#stopped = true;
    for (const stop of this.#cleaning.values()) stop();
  }

  #all(): Crd[] {
    return this.#ports.store.list(crdPrefix).items.map((stored) => stored.parse() as Crd);
  }

  /** Writes the status that follows from the definition and its neighbours, when it differs. */
  #settle(stored: Stored): void {
    const crd = stored.parse() as Crd;
    const status = this.#statusOf(crd);
    if (deepEqual(status, crd.status)) return;
    this.#write({ ...crd, status }, stored.revision);
  }

  #statusOf(crd: Crd): NonNullable<Crd['status']> {
    const now = `${this.#ports.clock.now().toISOString().slice(0, 19)}Z`;
    const { accepted, conflict } = acceptNames(crd, this.#all());
    let conditions: CrdCondition[] = crd.status?.conditions ?? [];
    for (const [type, status, reason, message] of verdicts(crd, conflict))
      conditions = setCrdCondition(conditions, { type, status, reason, message }, now);
    return {
      ...crd.status,
      conditions,
      acceptedNames: accepted,
      storedVersions: storedVersionsOf(crd),
    };
  }

  #write(crd: Crd, revision: number): void {
    try {
      this.#ports.store.put(`${crdPrefix}${crd.metadata.name}`, crd, revision);
    } catch (thrown) {
      // Somebody wrote in between; that write is an event of its own.
      if (!(thrown instanceof RevisionError)) throw thrown;
    }
  }

  /** Deletes the objects of a definition that is on its way out, then lets it go. */
  async #cleanUp(key: string): Promise<void> {
    const crd = this.#ports.store.get(key)?.parse() as Crd | undefined;
    if (!crd?.metadata.deletionTimestamp || this.#cleaning.has(key)) return;
    if (!(crd.metadata.finalizers ?? []).includes(crdFinalizer)) return;
    const prefix = `/${crd.spec.group}/${crd.spec.names.plural}/`;
    const { store } = this.#ports;
    const stop = store.watch({
      prefix,
      since: store.revision,
      onEvent: (event) => {
        if (event.type === 'deleted') this.#letGo(key, prefix);
      },
    });
    this.#cleaning.set(key, stop);
    const [resource] = servedVersions(crd);
    try {
      if (resource) await this.#ports.empty(resource);
    } catch (thrown) {
      this.#ports.log.warn('objects of a deleted definition could not all be deleted', {
        crd: crd.metadata.name,
        err: thrown,
      });
    }
    this.#letGo(key, prefix);
  }

  #letGo(key: string, prefix: string): void {
    const { store } = this.#ports;
    if (this.#stopped || store.count(prefix) > 0) return;
    this.#cleaning.get(key)?.();
    this.#cleaning.delete(key);
    const stored = store.get(key);
    if (!stored) return;
    const crd = stored.parse() as Crd;
    const finalizers = (crd.metadata.finalizers ?? []).filter((each) => each !== crdFinalizer);
    if (finalizers.length === 0) store.remove(key, stored.revision);
    else this.#write({ ...crd, metadata: { ...crd.metadata, finalizers } }, stored.revision);
  }
}

type Verdict = readonly [type: string, status: 'True' | 'False', reason: string, message: string];

/** The conditions a definition is to have. */
function verdicts(
  crd: Crd,
  conflict: { readonly reason: string; readonly message: string } | undefined,
): Verdict[] {
  const found: Verdict[] = [
    conflict
      ? ['NamesAccepted', 'False', conflict.reason, conflict.message]
      : ['NamesAccepted', 'True', 'NoConflicts', 'no conflicts found'],
    !conflict || crdCondition(crd, 'Established')
      ? ['Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted']
      : ['Established', 'False', 'NotAccepted', 'not all names are accepted'],
  ];
  const violations = violationsOf(crd);
  if (violations !== undefined)
    found.push(['NonStructuralSchema', 'True', 'Violations', violations]);
  if (crd.metadata.deletionTimestamp !== undefined)
    found.push([
      'Terminating',
      'True',
      'InstanceDeletionInProgress',
      'CustomResource deletion is in progress',
    ]);
  return found;
}

function storedVersionsOf(crd: Crd): string[] {
  const before = crd.status?.storedVersions ?? [];
  const storage = crd.spec.versions.find((version) => version.storage)?.name;
  return storage === undefined || before.includes(storage) ? before : [...before, storage];
}

/** Only definitions from the days before v1 may have schemas that are not structural. */
function violationsOf(crd: Crd): string | undefined {
  if (crd.spec.preserveUnknownFields !== true) return undefined;
  const errors = crd.spec.versions.flatMap((version, at) =>
    version.schema?.openAPIV3Schema === undefined
      ? []
      : structuralErrors(
          version.schema.openAPIV3Schema,
          `spec.versions[${at}].schema.openAPIV3Schema`,
        ),
  );
  return errors.length === 0
    ? 'spec.preserveUnknownFields: Invalid value: true: must be false'
    : errors.map(({ field, detail }) => `${field}: ${detail}`).join(', ');
}
