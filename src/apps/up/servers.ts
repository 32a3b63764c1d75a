import { repositoryAt, safeRepositoryUrl } from './repository-url.ts';
import type { Events } from '../../api/events/index.ts';
import type { Bus, Clock, Logger } from '../../base/index.ts';
import { createGitServer, type PushPolicy } from '../../embedded/gitserver/index.ts';
import { createRegistry } from '../../embedded/registry/index.ts';
import { listen, type Listening } from '../../lib/http/index.ts';
import type { Login } from './credentials.ts';
import type { DataDir } from './data-dir.ts';
import { listenAt } from './listen-at.ts';

export interface ServerPorts {
  readonly dir: DataDir;
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: Bus<Events>;
  readonly port: number;
}

const host = '127.0.0.1';

/** The git server while it listens. */
export interface GitListening extends Listening {
  /** Folder of the repository at a URL of this server; undefined for every other URL. */
  folderOf(url: string): string | undefined;
}

/** The git server with one empty repository; a push is news on the bus as soon as git has stored it. */
export async function serveGit(
  ports: ServerPorts,
  how: {
    readonly auth: Login;
    readonly repository: string;
    readonly path: string | undefined;
    readonly policy: PushPolicy;
  },
): Promise<GitListening> {
  const { dir, bus } = ports;
  const log = ports.log.with({ component: 'git-server' });
  let base = '';
  const server = createGitServer({
    dir: dir.file('git'),
    auth: how.auth,
    anonymousRead: false,
    policy: how.policy,
    log,
    onPush: ({ repository, branch, revision }) => {
      bus.publish('git.pushed', { url: safeRepositoryUrl(base, repository), branch, revision });
    },
    ...(how.path === undefined ? {} : { path: how.path }),
  });
  await server.create(how.repository);
  const listening = await listenAt('git', ports.port, dir.lastPorts.git, (port) =>
    listen({
      host,
      port,
      handler: server.handle,
      onError: (err) => log.error('a request failed', { err }),
    }),
  );
  base = `http://localhost:${listening.port}`;
  const folderOf = (url: string): string | undefined => {
    const repository = repositoryAt(base, url);
    return repository === undefined ? undefined : server.folderOf(repository);
  };
  return { ...listening, folderOf };
}

/** The image registry; a pushed tag is news on the bus. Like every registry on a loopback address it asks for no login. */
export async function serveRegistry(ports: ServerPorts): Promise<Listening> {
  const { dir, bus, clock } = ports;
  const log = ports.log.with({ component: 'registry' });
  let at = '';
  const handler = createRegistry({
    dir: dir.file('registry'),
    log,
    clock,
    onPush: ({ repository, tag, digest }) => {
      bus.publish('image.pushed', { repository: `${at}/${repository}`, tag, digest });
    },
  });
  const listening = await listenAt('registry', ports.port, dir.lastPorts.registry, (port) =>
    listen({ host, port, handler, onError: (err) => log.error('a request failed', { err }) }),
  );
  at = `localhost:${listening.port}`;
  return listening;
}
