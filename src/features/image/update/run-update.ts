import { randomUUID } from 'node:crypto';
import { KnownError } from '../../../base/index.ts';
import type { KubeObject, Run } from '../../../base/index.ts';
import { liveWorkloads } from '../../../lib/manifest/index.ts';
import { canonicalName, parseImage } from '../../../lib/oci/index.ts';
import { imagesOf as imageNames } from '../automation.ts';
import type { ImageLoop } from '../image-loop.ts';
import type { ImageStore } from '../image-store.ts';
import { readSnapshot } from '../observe.ts';
import type { Snapshot } from '../observe.ts';
import type { ImagePorts } from '../ports.ts';
import { pullCredentials } from '../pull-credentials.ts';
import { commitChange } from './commit-change.ts';
import type { PlannedCommit } from './commit-change.ts';
import { policyMessage, releaseMessage } from './commit-message.ts';
import { decideContainersRelease, decideImageRelease } from './decide-release.ts';
import type { JobResult } from './job-result.ts';
import { planImages } from './plan-images.ts';
import { planPolicies } from './plan-policies.ts';
import type { UpdateSpec } from './update-spec.ts';

/** What a job did: the commit, if there was one, and what it says of each workload. */
export interface UpdateResult {
  readonly revision?: string;
  readonly spec: unknown;
  readonly result: JobResult;
}

interface Parts {
  readonly ports: ImagePorts;
  readonly store: ImageStore;
}

/** Does an update in every repository that it concerns; the revision is that of the first commit. */
export async function runUpdate(
  parts: Parts,
  loops: readonly ImageLoop[],
  spec: UpdateSpec,
): Promise<UpdateResult> {
  if (loops.length === 0) throw new KnownError('not-found', 'no git repository is configured');
  const results: UpdateResult[] = [];
  for (const loop of loops) results.push(await loop.alone((run) => runIn(loop, parts, spec, run)));
  const revision = results.find((each) => each.revision !== undefined)?.revision;
  return {
    spec: spec.raw,
    result: mergedResult(results),
    ...(revision === undefined ? {} : { revision }),
  };
}

/** What another repository did with a workload counts more than that this one does not have it. */
function mergedResult(results: readonly UpdateResult[]): JobResult {
  const merged: Record<string, JobResult[string]> = {};
  for (const [id, each] of results.flatMap(({ result }) => Object.entries(result))) {
    if (!(id in merged) || each.Error !== 'not found in repository') merged[id] = each;
  }
  return merged;
}

async function runIn(
  loop: ImageLoop,
  parts: Parts,
  spec: UpdateSpec,
  run: Run,
): Promise<UpdateResult> {
  const live = await liveWorkloads(parts.ports.cluster);
  await loop.mirror.fetch(run.signal);
  const now = await readSnapshot(loop.target, run.signal);
  if (now === undefined) throw new KnownError('not-found', 'the repository has no commit yet');
  if (spec.type !== 'policy') await scanFor(now, live, parts, { spec, run });
  let result: JobResult = {};
  const jobID = randomUUID();
  const plan = (snapshot: Snapshot): PlannedCommit | undefined => {
    const planned = planUpdate(snapshot, spec, { live, store: parts.store });
    result = planned.result;
    if (planned.commit === undefined) return undefined;
    return { ...planned.commit, note: { jobID, spec: spec.raw, result } };
  };
  if (spec.type !== 'policy' && spec.isPlan) {
    plan(now);
    return { spec: spec.raw, result };
  }
  const revision = await commitChange({ ...loop.target, isFetched: true }, plan, run);
  if (revision === undefined) return { spec: spec.raw, result };
  loop.announce(revision);
  return { revision, spec: spec.raw, result };
}

interface World {
  readonly live: ReadonlyMap<string, KubeObject>;
  readonly store: ImageStore;
}

interface Planned {
  readonly commit: Omit<PlannedCommit, 'note'> | undefined;
  readonly result: JobResult;
}

function planUpdate(snapshot: Snapshot, spec: UpdateSpec, { live, store }: World): Planned {
  if (spec.type === 'policy') {
    const { changes, result, done, verify } = planPolicies(snapshot, spec.changes);
    if (changes.length === 0) return { commit: undefined, result };
    const message = policyMessage(done, spec.cause.Message);
    return { commit: { changes, message, verify }, result };
  }
  const view = { workloads: snapshot.workloads, live, imagesOf: store.get };
  const { changes, result } =
    spec.type === 'image' ? decideImageRelease(view, spec) : decideContainersRelease(view, spec);
  if (changes.length === 0) return { commit: undefined, result };
  const message = spec.cause.Message || messageFor(spec, result);
  return { commit: { ...planImages(snapshot, changes), message }, result };
}

function messageFor(spec: Exclude<UpdateSpec, { type: 'policy' }>, result: JobResult): string {
  const done = Object.entries(result).filter(([, { Status }]) => Status === 'success');
  const ids = done.map(([id]) => id);
  if (spec.type === 'image') return releaseMessage(spec.image, spec.ids === 'all' ? 'all' : ids);
  const lines = done.flatMap(([id, { PerContainer = [] }]) => [
    id,
    ...PerContainer.map(({ Target }) => `- ${Target}`),
  ]);
  return [`Update image refs in ${ids.join(', ')}`, '', ...lines].join('\n');
}

/** Asks registries for the images of the workloads meant, unless they were asked before. */
async function scanFor(
  snapshot: Snapshot,
  live: ReadonlyMap<string, KubeObject>,
  { ports, store }: Parts,
  { spec, run }: { readonly spec: UpdateSpec; readonly run: Run },
): Promise<void> {
  for (const workload of snapshot.workloads) {
    const object = live.get(workload.id);
    const isMeant =
      spec.type === 'image' ? spec.ids === 'all' || spec.ids.includes(workload.id) : false;
    if (object === undefined || !isMeant) continue;
    const client = ports.registry(await pullCredentials(ports.cluster, object));
    for (const ref of imageNames(workload)) {
      const name = canonicalName(ref);
      if (store.isWanted(name) && isUnknown(store, name, spec)) await store.scan(ref, client, run);
    }
  }
}

/** Nothing is known, or not the one image that is to be released. */
function isUnknown(store: ImageStore, name: string, spec: UpdateSpec): boolean {
  const known = store.get(name);
  if (known === undefined) return true;
  if (spec.type !== 'image' || spec.image.startsWith('<')) return false;
  const wanted = parseImage(spec.image);
  return canonicalName(wanted) === name && !known.tags.some(({ tag }) => tag === wanted.tag);
}
