import { invalid, KnownError, messageOf } from '../../../base/index.ts';
import type { ImageLoop } from '../image-loop.ts';
import type { ImageStore } from '../image-store.ts';
import type { ImagePorts } from '../ports.ts';
import { runUpdate } from '../update/run-update.ts';
import { parseUpdate } from '../update/update-spec.ts';
import { listImages } from './list-images.ts';
import { createUpdateJobs } from './update-jobs.ts';
import type { UpdateJobs } from './update-jobs.ts';

type MaybeHandler = (request: Request) => Promise<Response | undefined>;

interface Api {
  readonly ports: ImagePorts;
  readonly store: ImageStore;
  readonly loops: readonly ImageLoop[];
  readonly jobs: UpdateJobs;
}

/** fluxd's routes about images, and about updates that end in a commit; others are not ours. */
export function imageApi(
  ports: ImagePorts,
  store: ImageStore,
  loops: readonly ImageLoop[],
): MaybeHandler {
  const api: Api = { ports, store, loops, jobs: createUpdateJobs() };
  return async (request) => {
    try {
      return await answer(api, request);
    } catch (thrown) {
      return failure(request, thrown);
    }
  };
}

async function answer(api: Api, request: Request): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  const path = pathname.replace(/^\/api\/flux(?=\/)/, '');
  if (request.method === 'GET' && /^\/v(6|10)\/images$/.test(path)) {
    const service = searchParams.get('service') ?? '<all>';
    const namespace = searchParams.get('namespace') ?? '';
    return Response.json(await listImages(api.ports, api.store, api.loops, { service, namespace }));
  }
  if (request.method === 'GET' && path === '/v6/jobs') {
    const status = api.jobs.status(searchParams.get('id') ?? '');
    return status && Response.json(status);
  }
  if (request.method === 'POST' && path === '/v9/update-manifests') {
    return startUpdate(api, request);
  }
  return undefined;
}

async function startUpdate(api: Api, request: Request): Promise<Response | undefined> {
  // A copy: when the update is not ours, someone else reads the request.
  const spec = parseUpdate(parsed(await request.clone().text()));
  if (spec === undefined) return undefined;
  const { id, end } = api.jobs.start(() => runUpdate(api, api.loops, spec));
  // A dry run is done before its id is told, as in fluxd.
  if (spec.type !== 'policy' && spec.isPlan) await end;
  return Response.json(id);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw invalid(`the body is not JSON: ${messageOf(thrown)}`);
  }
}

/** An error as fluxd answers it; what was not foreseen is a bug and goes on. */
function failure(request: Request, thrown: unknown): Response {
  if (!(thrown instanceof KnownError)) throw thrown;
  const { status, type } = kindOf(thrown);
  const error = messageOf(thrown);
  const takesJson = /application\/json/.test(request.headers.get('accept') ?? '');
  if (!takesJson) return new Response(`${error}\n`, { status });
  return Response.json({ type, help: error, error }, { status });
}

function kindOf({ code }: KnownError): { status: number; type: string } {
  if (code === 'not-found') return { status: 404, type: 'missing' };
  if (['invalid', 'denied', 'unsupported'].includes(code)) return { status: 422, type: 'user' };
  return { status: 500, type: 'server' };
}
