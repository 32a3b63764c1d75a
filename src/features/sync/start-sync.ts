import path from 'node:path';
import { KnownError } from '../../base/index.ts';
import type { Handler } from '../../lib/http/index.ts';
import { fluxApi } from './api/flux-api.ts';
import { createJobs } from './api/jobs.ts';
import { createOutbox } from './events/outbox.ts';
import { createSyncMetrics } from './metrics.ts';
import type { SyncPorts } from './ports.ts';
import { RepositorySync } from './repository-sync.ts';
import { setNameOf } from './settings.ts';
import { isSameRepository } from './same-repository.ts';
import { createDeployKey } from './ssh/deploy-key.ts';

/** What the feature gives to the app that started it. */
export interface RunningSync {
  /** Resolves when the signal has aborted and the last turn is over. */
  readonly done: Promise<void>;
  /** fluxd's HTTP API (to be served at the Service `flux`, port 3030), prefix `/api/flux`. */
  readonly handle: Handler;
  /** What is measured, in Prometheus' text form. */
  readonly metrics: () => Promise<Response>;
}

/** Keeps every repository in step with the cluster until the signal aborts. */
export function startSync(ports: SyncPorts): RunningSync {
  refuseSameNames(ports);
  const sets = ports.repositories.map(setNameOf);
  const names = ports.repositories.map(({ name }) => name);
  const metrics = createSyncMetrics(names, ports.registry);
  const outbox = createOutbox(ports.events ?? [], ports);
  const repositories = ports.repositories.map((settings, index) => {
    const otherSets = sets.filter((_, other) => other !== index);
    const isFirst = index === 0;
    return new RepositorySync(ports, settings, { otherSets, isFirst, metrics, outbox });
  });
  wakeOnPush(ports, repositories);
  const secret = { namespace: ports.namespace, name: ports.keySecretName ?? 'flux-git-deploy' };
  const handle = fluxApi({
    cluster: ports.cluster,
    log: ports.log.with({ component: 'api' }),
    repositories,
    deployKey:
      ports.deployKey ??
      createDeployKey({ ...ports, secret, dir: path.join(ports.dataDir, 'ssh') }),
    jobs: createJobs(ports.clock, metrics),
    version: ports.version ?? 'unversioned',
  });
  const done = Promise.all([outbox.done, ...repositories.map((each) => each.done)]).then(() => {});
  const headers = { 'content-type': metrics.contentType };
  return { done, handle, metrics: async () => new Response(await metrics.text(), { headers }) };
}

function wakeOnPush(ports: SyncPorts, repositories: readonly RepositorySync[]): void {
  ports.bus.subscribe(
    'git.pushed',
    ({ url, branch, revision }) => {
      for (const each of repositories) {
        const isOurs = branch === each.settings.branch && isSameRepository(url, each.settings.url);
        if (isOurs) each.notice(revision);
      }
    },
    ports.signal,
  );
}

function refuseSameNames({ repositories }: SyncPorts): void {
  const seen = new Set<string>();
  for (const { name } of repositories) {
    if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) {
      throw new KnownError(
        'invalid',
        `repository name "${name}": use lower case letters, digits and "-"`,
      );
    }
    if (seen.has(name)) throw new KnownError('invalid', `two repositories are named "${name}"`);
    seen.add(name);
  }
}
