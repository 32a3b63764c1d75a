import { KnownError, messageOf } from '../../../base/index.ts';
import type { ImageLoop } from '../image-loop.ts';
import type { ImageStore } from '../image-store.ts';
import type { ImagePorts } from '../ports.ts';
import { listImages } from './list-images.ts';

type MaybeHandler = (request: Request) => Promise<Response | undefined>;

/** fluxd's routes about images (`v6` and `v10` lists). */
export function imageApi(
  ports: ImagePorts,
  store: ImageStore,
  loops: readonly ImageLoop[],
): MaybeHandler {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const path = pathname.replace(/^\/api\/flux(?=\/)/, '');
    try {
      if (request.method === 'GET' && /^\/v(6|10)\/images$/.test(path)) {
        return Response.json(
          await listImages(ports, store, loops, {
            service: searchParams.get('service') ?? '<all>',
            namespace: searchParams.get('namespace') ?? '',
          }),
        );
      }
      return undefined;
    } catch (thrown) {
      return failure(request, thrown);
    }
  };
}

/** An error as fluxd answers it. */
export function failure(request: Request, thrown: unknown): Response {
  if (!(thrown instanceof KnownError)) throw thrown;
  const isMissing = thrown.code === 'not-found';
  const isUsers = ['invalid', 'denied', 'unsupported'].includes(thrown.code);
  const notOurs = isUsers ? 422 : 500;
  const status = isMissing ? 404 : notOurs;
  const error = messageOf(thrown);
  if (!/application\/json/.test(request.headers.get('accept') ?? '')) {
    return new Response(`${error}\n`, { status });
  }
  const type = isMissing ? 'missing' : { 422: 'user', 500: 'server' }[notOurs];
  return Response.json({ type, help: error, error }, { status });
}
