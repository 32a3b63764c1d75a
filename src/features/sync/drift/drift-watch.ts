import type { Kind, KubeObject, Run } from '../../../base/index.ts';
import { watchCache } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import {
  applyPatch,
  gcMarkLabel,
  gcMarkOf,
  ignoreOf,
  marked,
  resourceId,
  textMap,
} from '../../../lib/manifest/index.ts';
import type { DesiredObject } from '../desired.ts';

interface DriftPorts {
  readonly cluster: Cluster;
  readonly run: Run;
  readonly setName: string;
  /** An object is not as it was applied. */
  readonly onDrift: (id: string) => void;
}

/** Watches what a sync has applied. */
export interface DriftWatch {
  /** What is wanted from now on; kinds that are new are watched, too. */
  expect(objects: ReadonlyMap<string, DesiredObject>): void;
}

// Somebody who changes an object again and again would keep us writing: the next full sync has it then.
const quietMs = 10_000;

/** Tells of every change of an applied object that is not ours, and of its deletion. */
export function createDriftWatch({ cluster, run, setName, onDrift }: DriftPorts): DriftWatch {
  let wanted: ReadonlyMap<string, DesiredObject> = new Map();
  const watched = new Set<string>();
  const told = new Map<string, number>();
  const tell = (id: string): void => {
    const now = run.clock.now().getTime();
    if (now - (told.get(id) ?? Number.NEGATIVE_INFINITY) < quietMs) {
      run.log.warn('it was changed by hand again; it waits for the next full sync', {
        resource: id,
      });
      return;
    }
    told.set(id, now);
    onDrift(id);
  };
  const look = (object: KubeObject, isGone: boolean): void => {
    const id = resourceId(object);
    const desired = wanted.get(id);
    const isOurs = textMap(object, 'labels')[gcMarkLabel] === gcMarkOf(setName, id);
    if (desired === undefined || !isOurs || ignoreOf(desired.object) === 'true') return;
    if (isGone) return tell(id);
    if (ignoreOf(object) === 'true') return;
    const { patch } = applyPatch(marked(desired.object, setName, id), object);
    if (Object.keys(patch).length > 0) tell(id);
  };
  const watch = (kind: Kind): void => {
    const cache = watchCache(cluster, kind, run, { labelSelector: gcMarkLabel });
    cache.onChange(({ type, object }) => {
      const whole = { ...object, apiVersion: kind.apiVersion, kind: kind.kind };
      look(whole, type === 'deleted');
    });
  };
  return {
    expect(objects) {
      wanted = objects;
      for (const { kind } of objects.values()) {
        const name = `${kind.apiVersion}/${kind.kind}`;
        if (watched.has(name)) continue;
        watched.add(name);
        watch(kind);
      }
    },
  };
}
