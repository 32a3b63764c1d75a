import { isRecord, type Bus } from '../../base/index.ts';
import type { Events } from '../../api/events/index.ts';
import type { Handler } from '../../lib/http/index.ts';

/** What stands behind the one address of the API. */
export interface ApiParts {
  /** Questions about images and updates that end in a commit; undefined when it is not about those. */
  readonly images: (request: Request) => Promise<Response | undefined>;
  readonly sync: Handler;
  /** The Helm Operator's: `/healthz`, `/api/v1/sync-git`. */
  readonly release: Handler;
  readonly bus: Bus<Events>;
}

/** One address for what listened on port 3030 in fluxd and in the Helm Operator. */
export function apiRoutes({ images, sync, release, bus }: ApiParts): Handler {
  return async (request, peer) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/healthz') return new Response('OK', { headers: plain });
    if (pathname.startsWith('/api/v1/')) return release(request, peer);
    if (request.method === 'POST' && /^(\/api\/flux)?\/v11\/notify$/.test(pathname)) {
      await tellOfImage(request.clone(), bus);
    }
    return (await images(request)) ?? sync(request, peer);
  };
}

const plain = { 'content-type': 'text/plain; charset=utf-8' };

/** A notice that an image was pushed becomes news for the scan; notices of git are the sync's. */
async function tellOfImage(request: Request, bus: Bus<Events>): Promise<void> {
  const notice = await request.json().catch(() => undefined);
  if (!isRecord(notice) || notice['Kind'] !== 'image' || !isRecord(notice['Source'])) return;
  const name = notice['Source']['Name'];
  if (!isRecord(name) || typeof name['Image'] !== 'string' || name['Image'] === '') return;
  const domain = typeof name['Domain'] === 'string' ? name['Domain'] : '';
  const repository = domain === '' ? name['Image'] : `${domain}/${name['Image']}`;
  bus.publish('image.pushed', { repository, tag: '', digest: '' });
}

/** Several pages of metrics as one; each is in Prometheus' text form. */
export async function joinedMetrics(
  pages: ReadonlyArray<() => Response | Promise<Response>>,
): Promise<Response> {
  const texts = await Promise.all(pages.map(async (page) => (await page()).text()));
  const body = texts.map((text) => `${text.trimEnd()}\n`).join('');
  const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
  return new Response(body, { headers });
}
