import { KnownError } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import {
  antecedentAnnotationOf,
  releaseNameOf,
  resourceIdOf,
} from '../../../api/helm-release/index.ts';
import { releaseObjects } from '../../../lib/helm/index.ts';
import type { Release, ReleaseObject } from '../../../lib/helm/index.ts';
import type { Drift } from '../drift/drift.ts';
import { findDrift, repairPatch } from '../drift/find-drift.ts';
import { withDrift } from '../status.ts';
import { storeOf, tell } from './acting.ts';
import type { Acting } from './acting.ts';

/** Says in status, event and log what others changed, or that it is as it should be again. */
export async function noteDrift(acting: Acting, drift: Drift): Promise<void> {
  const { statuses, object, run } = acting;
  const text = drift.text === '' ? undefined : drift.text;
  const now = run.clock.now();
  await statuses.write(object, (status) => withDrift(status, text, now));
  if (text === undefined) return;
  run.log.warn('objects of the release were changed by others', { drift: text });
  await tell(acting, { type: 'Warning', reason: 'DriftDetected', message: text });
}

/** Makes the changed objects what the release's manifest says again; makes those that are gone. */
export async function repair(acting: Acting, drift: Drift): Promise<void> {
  const { cluster, object, run } = acting;
  const release = await storeOf(acting).last(releaseNameOf(object));
  if (release === undefined || release.info.status !== 'deployed') return;
  for (const entry of await releaseObjects(cluster, release)) await put(acting, release, entry);
  run.log.info('drift repaired', { action: 'repair', drift: drift.text });
  acting.repairs.note(object.metadata, drift.text);
  await tell(acting, { type: 'Normal', reason: 'DriftRepaired', message: drift.text });
}

async function put(acting: Acting, release: Release, entry: ReleaseObject): Promise<void> {
  const { cluster, object } = acting;
  const live: KubeObject | undefined = await cluster.get(entry.resource, entry.object.metadata);
  const spec = object.spec.drift ?? {};
  if ((await findDrift(cluster, entry, { live, spec })).length === 0) return;
  const fieldManager = 'helm';
  if (live === undefined) {
    const made = marked(acting, release, entry.object);
    await cluster.create(entry.resource, made, { fieldManager }).catch(unlessThere);
    return;
  }
  const { patch, type } = repairPatch(entry.object, live);
  await cluster.patch(entry.resource, live.metadata, patch, { type, fieldManager });
}

function unlessThere(thrown: unknown): void {
  if (!(thrown instanceof KnownError) || thrown.code !== 'exists') throw thrown;
}

/** With the marks that Helm and this operator put on every object of a release. */
function marked({ object: owner }: Acting, release: Release, object: KubeObject): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...metadata.annotations,
        'meta.helm.sh/release-name': release.name,
        'meta.helm.sh/release-namespace': release.namespace,
        [antecedentAnnotationOf(owner)]: resourceIdOf(owner),
      },
    },
  };
}
