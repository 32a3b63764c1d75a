import path from 'node:path';
import { openMirror } from '../../lib/git/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import { createGeneratingReader } from './generate/generating-reader.ts';
import type { SyncPorts } from './ports.ts';
import { createRevisionReader } from './read-revision.ts';
import type { RevisionReader } from './read-revision.ts';
import type { RepositorySettings } from './settings.ts';

/** The mirror of a repository, with all that the ports know of how to reach it. */
export function mirrorOf(ports: SyncPorts, settings: RepositorySettings): Mirror {
  const { credentials, environment, ssh } = ports;
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
    ...(fetchFrom === undefined ? {} : { fetchFrom }),
  });
}

/** Reads the repository's manifests, by `.flux.yaml` where the settings allow commands. */
export function readerOf(
  ports: SyncPorts,
  { isGenerating, name, paths }: RepositorySettings,
  mirror: Mirror,
): RevisionReader {
  if (!isGenerating) return createRevisionReader(mirror, paths);
  const dir = path.join(ports.dataDir, 'generate', name);
  const { clock, environment = {} } = ports;
  return createGeneratingReader({ mirror, paths, dir, clock, environment });
}
