import { RegistryRefusal } from './errors.ts';
import type { RegistryCall, Room } from './registry.ts';
import type { Storage } from './storage.ts';

/** `GET /v2/<name>/tags/list?n=&last=` */
export async function serveTags({ storage }: Room, call: RegistryCall): Promise<Response> {
  const tags = await storage.tags(call.repository);
  if (tags === undefined) {
    throw new RegistryRefusal('NAME_UNKNOWN', `repository ${call.repository} is not known`);
  }
  const { page, headers } = pageOf(tags, call.url);
  return Response.json({ name: call.repository, tags: page }, { headers });
}

/** `GET /v2/_catalog?n=&last=` */
export async function serveCatalog(storage: Storage, url: URL): Promise<Response> {
  const { page, headers } = pageOf(await storage.repositories(), url);
  return Response.json({ repositories: page }, { headers });
}

/** Names after `last`, `n` at most; a `Link` header leads to the rest. */
function pageOf(
  names: readonly string[],
  url: URL,
): { page: string[]; headers: Record<string, string> } {
  const last = url.searchParams.get('last') ?? '';
  const asked = url.searchParams.get('n');
  const size = asked === null ? Number.POSITIVE_INFINITY : Number(asked);
  if (!(size >= 0)) throw new RegistryRefusal('UNSUPPORTED', `n=${asked} is not a number`);
  const rest = last === '' ? names : names.filter((name) => name > last);
  const page = rest.slice(0, size);
  if (page.length === rest.length || page.length === 0) return { page, headers: {} };
  const next = new URLSearchParams({ n: String(size), last: page.at(-1) ?? '' });
  return { page, headers: { link: `<${url.pathname}?${next.toString()}>; rel="next"` } };
}
