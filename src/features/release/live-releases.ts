import { keyText } from '../../base/index.ts';
import type { Key, Run } from '../../base/index.ts';
import { releaseNameOf, targetNamespaceOf } from '../../api/helm-release/index.ts';
import type { DriftPolicy, HelmRelease } from '../../api/helm-release/index.ts';
import {
  createReleaseStore,
  releaseDifference,
  releaseObjects,
  wasInterrupted,
} from '../../lib/helm/index.ts';
import type { Release, ReleaseObject } from '../../lib/helm/index.ts';
import type { Cluster, Resource } from '../../lib/kube/index.ts';
import { otherOwner } from './antecedent.ts';
import type { LiveRelease, Obstacle } from './view.ts';
import { driftText, noDrift } from './drift/drift.ts';
import type { Drift, DriftedField } from './drift/drift.ts';
import { findDrift } from './drift/find-drift.ts';
import type { Repairs } from './drift/repairs.ts';
import { isTrue } from './status.ts';
import { stampOf } from './watch/live-objects.ts';
import type { LiveObjects } from './watch/live-objects.ts';
import type { ReleaseHeads, ReleaseLook } from './watch/release-heads.ts';
import type { WantedRelease } from './wanted.ts';

export interface LiveReleasePorts {
  readonly cluster: Cluster;
  readonly heads: ReleaseHeads;
  readonly objects: LiveObjects;
  readonly repairs: Repairs;
  /** What is done about drift where a HelmRelease does not say. */
  readonly driftPolicy: DriftPolicy;
}

/** What there is of a release, remembered as long as nothing of it changes: then looking reads nothing. */
export interface LiveReleases {
  look(
    object: HelmRelease,
    wanted: WantedRelease | Obstacle,
    how: { readonly run: Run; readonly attempt: string },
  ): Promise<LiveRelease | undefined>;
  /** The HelmRelease is gone. */
  forget(key: Key): void;
}

interface Place {
  readonly resource: Resource;
  readonly key: Key;
}

/** What was worked out from one revision and what was wanted then. */
interface Known {
  readonly of: string;
  /** When its operation began; milliseconds since 1970. */
  readonly deployedAt: number;
  readonly wasInterrupted: boolean;
  readonly difference: string | undefined;
  /** Where the manifest's objects are. */
  readonly places: readonly Place[];
  /** What the live objects were when drift was last looked for, and what was found. */
  drift?: { readonly of: string; readonly fields: readonly DriftedField[] };
}

export function createLiveReleases(ports: LiveReleasePorts): LiveReleases {
  const held = new Map<string, Known>();
  return {
    look: async (object, wanted, { run, attempt }) => {
      const of = { name: releaseNameOf(object), namespace: targetNamespaceOf(object) };
      const look = await ports.heads.look(of);
      if (look === undefined) return undefined;
      const isRolledBack = isTrue(object.status ?? {}, 'RolledBack');
      const id = JSON.stringify([look.stamp, attempt, isRolledBack]);
      const known = held.get(keyText(object.metadata));
      if (known?.of === id) return liveOf(ports, { object, look, known, run, read: look.read });
      const release = await look.read();
      if (release === undefined) return undefined;
      const fresh = await knownOf(ports, { object, wanted, release, run, id });
      held.set(keyText(object.metadata), fresh);
      const read = (): Promise<Release> => Promise.resolve(release);
      return liveOf(ports, { object, look, known: fresh, run, read });
    },
    forget: (key) => void held.delete(keyText(key)),
  };
}

async function knownOf(
  ports: LiveReleasePorts,
  now: {
    object: HelmRelease;
    wanted: WantedRelease | Obstacle;
    release: Release;
    run: Run;
    id: string;
  },
): Promise<Known> {
  const { object, wanted, release, run, id } = now;
  const compared = await comparedWith(ports, object, { release, run });
  return {
    of: id,
    deployedAt: new Date(release.info.last_deployed).getTime(),
    wasInterrupted: wasInterrupted(release),
    difference:
      'phase' in wanted
        ? undefined
        : releaseDifference(compared, {
            ...wanted,
            reusesValues: object.spec.resetValues === false,
          }),
    places: (await releaseObjects(ports.cluster, release)).map(placeOf),
  };
}

function placeOf({ object, resource }: ReleaseObject): Place {
  const { name, namespace } = object.metadata;
  return { resource, key: namespace === undefined ? { name } : { name, namespace } };
}

/** The revision that what is wanted is compared with: after a rollback the one that was given up. */
async function comparedWith(
  { cluster }: LiveReleasePorts,
  object: HelmRelease,
  { release, run }: { release: Release; run: Run },
): Promise<Release> {
  if (!isTrue(object.status ?? {}, 'RolledBack')) return release;
  const store = createReleaseStore({ cluster, clock: run.clock, namespace: release.namespace });
  const given = (await store.heads(release.name)).findLast(
    ({ status }) => status === 'failed' || status === 'superseded',
  );
  return (given && (await store.get(given.name, given.version))) ?? release;
}

interface Looking {
  readonly object: HelmRelease;
  readonly look: ReleaseLook;
  readonly known: Known;
  readonly run: Run;
  readonly read: ReleaseLook['read'];
}

async function liveOf(ports: LiveReleasePorts, now: Looking): Promise<LiveRelease> {
  const { object, look, known, run } = now;
  const { difference, places, deployedAt, wasInterrupted: isInterrupted } = known;
  const lives = await Promise.all(
    places.map(({ resource, key }) => ports.objects.get(resource, key)),
  );
  const first = lives.find((live) => live !== undefined);
  const owner = first && otherOwner(object, first);
  const mayCompare = look.status === 'deployed' && difference === undefined && owner === undefined;
  const stamps = lives.map(stampOf).join(' ');
  return {
    version: look.version,
    status: look.status,
    wasDeployed: look.wasDeployed,
    wasInterrupted: isInterrupted,
    deployedAt,
    ageMs: run.clock.now().getTime() - deployedAt,
    ...(difference === undefined ? {} : { difference }),
    ...(owner === undefined ? {} : { otherOwner: owner }),
    drift: mayCompare ? await driftOf(ports, now, stamps) : noDrift,
  };
}

async function driftOf(
  ports: LiveReleasePorts,
  { object, read, known }: Looking,
  stamps: string,
): Promise<Drift> {
  const spec = object.spec.drift ?? {};
  const policy = spec.policy ?? ports.driftPolicy;
  if (policy === 'ignore') return noDrift;
  const of = JSON.stringify([stamps, spec.ignore ?? []]);
  if (known.drift?.of !== of) {
    const release = await read();
    if (release === undefined) return noDrift;
    known.drift = { of, fields: await fieldsOf(ports.cluster, release, object) };
  }
  const { fields } = known.drift;
  if (fields.length === 0) return noDrift;
  const text = driftText(fields);
  const mayRepair = policy === 'repair' && ports.repairs.mayRepair(object.metadata, text);
  const words =
    policy === 'repair' && !mayRepair
      ? `${text}; it was repaired three times and comes back, so it is left alone`
      : text;
  return { fields, text: words, repairs: mayRepair };
}

/** From the cluster itself: a watch may be behind our own writes. */
async function fieldsOf(
  cluster: Cluster,
  release: Release,
  { spec }: HelmRelease,
): Promise<DriftedField[]> {
  const fields: DriftedField[] = [];
  for (const entry of await releaseObjects(cluster, release)) {
    const live = await cluster.get(entry.resource, entry.object.metadata);
    fields.push(...(await findDrift(cluster, entry, { live, spec: spec.drift ?? {} })));
  }
  return fields;
}
