import { messageOf } from '../../base/index.ts';
import type { Key, Run } from '../../base/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { textMap } from '../../lib/manifest/index.ts';
import type { RepositorySettings } from './settings.ts';
import { ensureNamespace } from './state-object.ts';
import { withTimeLimit } from '../../lib/controller/index.ts';

/** Where the revision that was applied last is kept, for a restart and for other people to see. */
export interface Marker {
  /** For the log: `tag flux-sync`, `secret fluxcd/flux-git-deploy`. */
  readonly text: string;
  read(): Promise<string | undefined>;
  write(revision: string, signal: AbortSignal): Promise<void>;
}

/** An annotated tag, force-pushed. */
export function tagMarker(mirror: Mirror, settings: RepositorySettings): Marker {
  const { syncTag, user, email } = settings;
  return {
    text: `tag ${syncTag}`,
    read: () => mirror.resolve(`refs/tags/${syncTag}`),
    write: (revision, signal) =>
      mirror.tag({
        name: syncTag,
        revision,
        message: 'Sync pointer',
        tagger: { name: user, email },
        signal,
      }),
  };
}

const annotation = 'flux.weave.works/sync-hwm';

/**
 * An annotation of a Secret. fluxd has one repository and so one annotation; further repositories
 * have one each, with their name behind a dot.
 */
export function secretMarker(cluster: Cluster, key: Key, repository: string | undefined): Marker {
  const name = repository === undefined ? annotation : `${annotation}.${repository}`;
  return {
    text: `secret ${key.namespace ?? ''}/${key.name}`,
    async read() {
      const secret = await cluster.get(kinds.Secret, key);
      return secret && textMap(secret, 'annotations')[name];
    },
    async write(revision) {
      const metadata = { annotations: { [name]: revision } };
      if ((await cluster.get(kinds.Secret, key)) === undefined) {
        if (key.namespace !== undefined) await ensureNamespace(cluster, key.namespace);
        await cluster.create(kinds.Secret, {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { ...key, ...metadata },
        });
        return;
      }
      await cluster.patch(kinds.Secret, key, { metadata }, { type: 'merge' });
    },
  };
}

/**
 * Moves a marker to each revision, once. One that cannot be moved is said in the log and tried again
 * with the next sync: the sync itself stands. As in fluxd it is always written once after a start.
 */
export function markerMover(
  marker: Marker,
  run: Run & { readonly ms: number },
): (revision: string) => Promise<void> {
  let written: string | undefined;
  const { clock, ms, signal, log } = run;
  return async (revision) => {
    if (revision === written) return;
    const limit = { clock, ms, signal, what: `writing ${marker.text}` };
    try {
      await withTimeLimit(limit, (until) => marker.write(revision, until));
      log.info('', { state: marker.text, old: written ?? '', new: revision });
      written = revision;
    } catch (thrown) {
      if (!signal.aborted) log.error(messageOf(thrown), { state: marker.text });
    }
  };
}
