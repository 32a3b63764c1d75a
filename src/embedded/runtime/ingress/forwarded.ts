import type { IncomingMessage } from 'node:http';
import type { Peer } from '../../../lib/http/index.ts';

/** The headers that tell a pod who asked, and how. */
export function ingressLinks(
  before: string | null | undefined,
  host: string,
  asked: { readonly scheme: 'http' | 'https'; readonly peer?: Peer | undefined },
): Record<string, string> {
  const { scheme, peer } = asked;
  const address = peer?.address ?? '';
  return {
    'x-forwarded-for': [before ?? '', address].filter((each) => each !== '').join(', '),
    'x-forwarded-host': host,
    'x-forwarded-proto': scheme,
    'x-forwarded-scheme': scheme,
    'x-real-ip': address,
  };
}

/** The head of a request for another protocol, as the client sent it, with those headers. */
export function upgradeHead(
  request: IncomingMessage,
  links: Readonly<Record<string, string>>,
): string {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1`];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? '';
    if (!(name.toLowerCase() in links)) lines.push(`${name}: ${request.rawHeaders[at + 1]}`);
  }
  for (const [name, value] of Object.entries(links)) lines.push(`${name}: ${value}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
