import { KnownError, messageOf } from '../../../base/index.ts';
import type { Logger } from '../../../base/index.ts';
import type { Handler } from '../../../lib/http/index.ts';
import { safeUrl } from '../../../lib/git/index.ts';
import { clusterScope } from '../../../lib/manifest/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import type { DeployKey } from '../ssh/deploy-key.ts';
import type { RepositorySync } from '../repository-sync.ts';
import { isSameRepository } from '../same-repository.ts';
import type { Jobs } from './jobs.ts';
import { errorResponse } from './errors.ts';
import { exportWorkloads } from './export-workloads.ts';
import { listWorkloads } from './list-workloads.ts';

/** What the API answers from. */
export interface FluxApiPorts {
  readonly cluster: Cluster;
  readonly log: Logger;
  readonly repositories: readonly RepositorySync[];
  readonly deployKey: DeployKey;
  readonly jobs: Jobs;
  readonly version: string;
}

interface Call {
  readonly ports: FluxApiPorts;
  readonly request: Request;
  readonly query: URLSearchParams;
}

type Answer = (call: Call) => Promise<Response>;

// fluxd's routes (reference 8.1), and two of our own below /trice. Those about images and releases
// belong to the image feature; the app asks it first.
const routes: Readonly<Record<string, Answer>> = {
  'GET v11/ping': async () => new Response(null, { status: 204 }),
  'GET v11/version': async ({ ports }) => Response.json(ports.version),
  'POST v11/notify': notify,
  'GET v6/services': workloads,
  'GET v11/services': workloads,
  'POST v9/update-manifests': updateManifests,
  'GET v6/jobs': async ({ ports, query }) =>
    Response.json(ports.jobs.status(query.get('id') ?? '')),
  'GET v6/sync': syncStatus,
  'GET v6/export': async ({ ports }) =>
    Response.json(Buffer.from(await exportWorkloads(ports.cluster)).toString('base64')),
  'HEAD v6/export': async () => new Response(null, { status: 200 }),
  'POST v9/git-repo-config': gitRepoConfig,
  'POST v11/git-repo-config': gitRepoConfig,
  'GET v6/identity.pub': identity,
  'HEAD v6/identity.pub': identity,
  'POST v6/identity.pub': async ({ ports }) => {
    await ports.deployKey.regenerate();
    return new Response(null, { status: 200 });
  },
  'GET trice/syncs': async ({ ports }) =>
    Response.json(ports.repositories.map((each) => ({ name: each.settings.name, ...each.report }))),
  'POST trice/sync': syncNow,
};

/** fluxd's HTTP API, with or without the prefix `/api/flux`. */
export function fluxApi(ports: FluxApiPorts): Handler {
  return async (request) => {
    const url = new URL(request.url);
    const path = url.pathname.replace(/^\/api\/flux(?=\/)/, '').replaceAll(/^\/+|\/+$/g, '');
    if (/^v[1-5]\//.test(path)) return new Response('API version is gone\n', { status: 410 });
    const answer = routes[`${request.method} ${path}`];
    if (answer === undefined) return new Response('404 page not found\n', { status: 404 });
    try {
      return await answer({ ports, request, query: url.searchParams });
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) {
        ports.log.error(messageOf(thrown), { path, stack: (thrown as Error).stack });
      }
      return errorResponse(request, thrown);
    }
  };
}

/** The repository a question is about: the named one, else the first. */
function repositoryOf({ ports, query }: Call): RepositorySync {
  const name = query.get('repository');
  const found =
    name === null
      ? ports.repositories[0]
      : ports.repositories.find(({ settings }) => settings.name === name);
  if (found === undefined) {
    throw new KnownError(
      'not-found',
      name === null ? 'no git repository is configured' : `no repository is named "${name}"`,
    );
  }
  return found;
}

async function notify({ ports, request }: Call): Promise<Response> {
  const body = (await bodyOf(request)) as {
    Kind?: string;
    Source?: { URL?: string; Branch?: string };
  };
  if (body.Kind === 'git') {
    const { URL: url = '', Branch: branch = '' } = body.Source ?? {};
    for (const each of ports.repositories) {
      const isOurs = isSameRepository(each.settings.url, url);
      if (isOurs && (branch === '' || branch === each.settings.branch)) each.notice();
    }
  }
  return new Response(null, { status: 202 });
}

async function workloads({ ports, query }: Call): Promise<Response> {
  const namespace = query.get('namespace') ?? '';
  const ids = (query.get('services') ?? '').split(',').filter((id) => id !== '');
  return Response.json(
    await listWorkloads(ports, { ids, namespace: namespace === clusterScope ? '' : namespace }),
  );
}

async function updateManifests({ ports, request }: Call): Promise<Response> {
  const body = (await bodyOf(request)) as { type?: string };
  if (body.type !== 'sync') {
    throw new KnownError('unsupported', `updates of type "${body.type}" are not available here`);
  }
  const id = ports.jobs.start(body, async () => {
    const heads = await Promise.all(ports.repositories.map((each) => each.refresh()));
    const [first] = heads;
    if (first === undefined) throw new KnownError('not-found', 'no git repository is configured');
    return { revision: first.revision, err: first.warning };
  });
  return Response.json(id);
}

async function syncStatus(call: Call): Promise<Response> {
  const ref = call.query.get('ref') ?? '';
  // A revision is asked for without saying of which repository: the one that has it answers.
  if (call.query.get('repository') === null) {
    for (const each of call.ports.repositories) {
      if ((await each.mirror.resolve(ref)) !== undefined)
        return Response.json(await each.pending(ref));
    }
  }
  return Response.json(await repositoryOf(call).pending(ref));
}

async function gitRepoConfig(call: Call): Promise<Response> {
  const { deployKey, repositories } = call.ports;
  const isNew = (await bodyOf(call.request)) === true;
  const publicSSHKey = await (isNew ? deployKey.regenerate() : deployKey.read());
  if (repositories.length === 0) {
    const remote = { url: '', branch: '', path: '' };
    return Response.json({ remote, publicSSHKey, status: 'unconfigured' });
  }
  const { settings, report, gitStatus: status } = repositoryOf(call);
  const remote = {
    url: safeUrl(settings.url),
    branch: settings.branch,
    path: settings.paths.join(','),
  };
  return Response.json({
    remote,
    publicSSHKey,
    status,
    ...(status === 'ready' || report.message === '' ? {} : { errors: report.message }),
  });
}

async function identity({ ports }: Call): Promise<Response> {
  return Response.json(await ports.deployKey.read());
}

async function syncNow(call: Call): Promise<Response> {
  const isPruneConfirmed = call.query.get('confirm-prune') === 'true';
  const { repositories } = call.ports;
  const chosen = call.query.get('repository') === null ? repositories : [repositoryOf(call)];
  const results = await Promise.all(
    chosen.map(async (each) => {
      const { revision, changed, problems } = await each.sync({ isPruneConfirmed });
      return { name: each.settings.name, revision, changed, problems };
    }),
  );
  return Response.json(results);
}

async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw new KnownError('invalid', `the body is not JSON: ${messageOf(thrown)}`);
  }
}
