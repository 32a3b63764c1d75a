import { randomUUID } from 'node:crypto';
import type { Run } from '../../base/index.ts';
import { containersOf } from '../../lib/manifest/index.ts';
import { canonicalName, parseImage } from '../../lib/oci/index.ts';
import type { ImageRef } from '../../lib/oci/index.ts';
import { autoReleaseMessage } from './update/commit-message.ts';
import { commitChange } from './update/commit-change.ts';
import type { CommitTarget, PlannedCommit } from './update/commit-change.ts';
import { decideAutomation, isAutomated } from './decide.ts';
import type { Automation, ImageChange } from './decide.ts';
import type { ImageStore } from './image-store.ts';
import { changedResult } from './update/job-result.ts';
import { liveOf } from './observe.ts';
import type { DeclaredWorkload, Snapshot } from './observe.ts';
import { planImages } from './update/plan-images.ts';
import type { ImagePorts } from './ports.ts';
import { pullCredentials } from './pull-credentials.ts';

/** What a run of automation committed. */
export interface Automated {
  readonly revision: string;
  readonly changes: readonly ImageChange[];
}

/** The automated workloads of a snapshot that also are in the cluster, with a client for each one's images. */
export async function scanAutomated(
  ports: ImagePorts,
  store: ImageStore,
  snapshot: Snapshot,
  { defaultNamespace, run }: { readonly defaultNamespace: string; readonly run: Run },
): Promise<ReadonlySet<string>> {
  const present = new Set<string>();
  const scanned = new Set<string>();
  for (const workload of snapshot.workloads.filter(isAutomated)) {
    const live = await liveOf(ports.cluster, workload, defaultNamespace);
    if (live === undefined) continue;
    present.add(workload.id);
    const client = ports.registry(await pullCredentials(ports.cluster, live));
    for (const ref of imagesOf(workload)) {
      const name = canonicalName(ref);
      if (scanned.has(name) || !store.isWanted(name)) continue;
      scanned.add(name);
      await store.scan(ref, client, run);
    }
  }
  return present;
}

/** Commits the newest allowed images of the workloads that are `present`; undefined when all have them. */
export async function runAutomation(
  target: CommitTarget,
  store: ImageStore,
  present: ReadonlySet<string>,
  run: Run,
): Promise<Automated | undefined> {
  let changes: readonly ImageChange[] = [];
  const jobId = randomUUID();
  const revision = await commitChange(
    target,
    (snapshot) => {
      const workloads = snapshot.workloads.filter(({ id }) => present.has(id));
      const decided = decideAutomation(workloads, store.get);
      logDecided(decided, run);
      changes = decided.changes;
      return changes.length === 0 ? undefined : plannedCommit(snapshot, changes, jobId);
    },
    run,
  );
  return revision === undefined ? undefined : { revision, changes };
}

function plannedCommit(
  snapshot: Snapshot,
  changes: readonly ImageChange[],
  jobID: string,
): PlannedCommit {
  const spec = {
    type: 'auto',
    cause: { Message: '', User: '' },
    spec: {
      Changes: changes.map(({ id, container, current, target }) => ({
        WorkloadID: id,
        Container: { Name: container, Image: current },
        ImageID: target,
      })),
    },
  };
  return {
    ...planImages(snapshot, changes),
    message: autoReleaseMessage(changes.map(({ target }) => target)),
    note: { jobID, spec, result: changedResult(changes) },
  };
}

function logDecided({ changes, warnings }: Automation, { log }: Run): void {
  const sync = log.with({ component: 'sync-loop' });
  for (const { id, container, warning } of warnings) {
    sync.warn(warning, { workload: id, container });
  }
  for (const { id, container, target, because } of changes) {
    sync.info('added update to automation run', {
      workload: id,
      container,
      new: target,
      reason: because,
    });
  }
}

/** The images of a workload whose names can be read. */
export function imagesOf({ manifest }: Pick<DeclaredWorkload, 'manifest'>): ImageRef[] {
  return containersOf(manifest.object).flatMap(({ image }) => {
    try {
      return [parseImage(image)];
    } catch {
      return [];
    }
  });
}
