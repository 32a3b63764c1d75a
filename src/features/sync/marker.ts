import { messageOf } from '../../base/index.ts';
import type { Key, Run } from '../../base/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { textMap } from '../../lib/manifest/index.ts';
import type { SyncPorts } from './ports.ts';
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

/** Where the settings want the marker. fluxd's own annotation belongs to the first repository. */
export function markerFor(
  { cluster, namespace, keySecretName: name = 'flux-git-deploy' }: SyncPorts,
  settings: RepositorySettings,
  mirror: Mirror,
  isFirst: boolean,
): Marker {
  if (settings.state === 'git') return tagMarker(mirror, settings);
  return secretMarker(cluster, { namespace, name }, isFirst ? undefined : settings.name);
}

/** An annotated tag, force-pushed. */
function tagMarker(mirror: Mirror, settings: RepositorySettings): Marker {
  const { syncTag, user, email, verifySignatures } = settings;
  return {
    text: `tag ${syncTag}`,
    async read() {
      const revision = await mirror.resolve(`refs/tags/${syncTag}`);
      if (revision !== undefined && verifySignatures !== 'none') await mirror.verifyTag(syncTag);
      return revision;
    },
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
function secretMarker(cluster: Cluster, key: Key, repository: string | undefined): Marker {
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

const sharedMarker =
  'detected external change in sync state; the sync state should not be shared by fluxd instances';

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
      // One that cannot be read (another's, not signed) is somebody else's doing, too.
      const found = written === undefined ? undefined : await marker.read().catch(() => '');
      if (found !== written) log.warn(sharedMarker);
      await withTimeLimit(limit, (until) => marker.write(revision, until));
      log.info('', { state: marker.text, old: written ?? '', new: revision });
      written = revision;
    } catch (thrown) {
      if (!signal.aborted) log.error(messageOf(thrown), { state: marker.text });
    }
  };
}
