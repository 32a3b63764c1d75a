import path from 'node:path';
import { openMirror } from '../../lib/git/index.ts';
import type { Mirror } from '../../lib/git/index.ts';
import type { SyncPorts } from './ports.ts';
import type { RepositorySettings } from './settings.ts';

/** The mirror of a repository, with all that the ports know of how to reach it. */
export function mirrorOf(ports: SyncPorts, settings: RepositorySettings): Mirror {
  const { credentials, environment, ssh } = ports;
  const fetchFrom = ports.fetchFrom?.(settings.url);
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
