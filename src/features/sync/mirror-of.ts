import path from 'node:path';
import { openMirror, signingOf } from '../../lib/git/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import { openReader } from '../../lib/revision/index.ts';
import type { RevisionReader } from '../../lib/revision/index.ts';
import type { SyncPorts } from './ports.ts';
import type { RepositorySettings } from './settings.ts';

/** The mirror of a repository, with all that the ports know of how to reach it. */
export function mirrorOf(ports: SyncPorts, settings: RepositorySettings): Mirror {
  const { credentials, environment, keyring, ssh } = ports;
  const signing = signingOf(settings, keyring);
  const fetchFrom = ports.localFolder?.(settings.url);
  return openMirror({
    url: settings.url,
    dir: path.join(ports.dataDir, 'mirrors', settings.name),
    clock: ports.clock,
    log: ports.log.with({ component: 'git' }),
    timeoutMs: settings.gitTimeoutMs,
    ...(credentials === undefined ? {} : { credentials }),
    ...(environment === undefined ? {} : { environment }),
    ...(ssh === undefined ? {} : { ssh }),
    ...(keyring === undefined ? {} : { keyring }),
    ...(signing === undefined ? {} : { signing }),
    ...(fetchFrom === undefined ? {} : { fetchFrom }),
  });
}

/** Reads the repository's manifests as the settings say. */
export function readerOf(
  ports: SyncPorts,
  { isDecrypting, isGenerating, name, paths }: RepositorySettings,
  mirror: Mirror,
): RevisionReader {
  const dir = path.join(ports.dataDir, 'generate', name);
  const { clock, environment = {}, sopsKeys } = ports;
  return openReader({
    source: mirror,
    paths,
    ...(isGenerating ? { generating: { dir, clock, environment } } : {}),
    ...(isDecrypting ? { sopsKeys: sopsKeys ?? (async () => ({})) } : {}),
  });
}
