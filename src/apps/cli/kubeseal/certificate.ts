import { fileURLToPath } from 'node:url';
import { KnownError, messageOf } from '../../../base/index.ts';
import type { CliIo } from '../io.ts';
import { findController } from './cluster.ts';
import type { Options } from './options.ts';
import { readText } from './read-file.ts';

/** The certificate to seal with, as PEM: from `--cert` (a file or a URL), else from the controller. */
export async function openCertificate(options: Options, io: CliIo): Promise<string> {
  const given = options.flags.string('cert');
  if (given === '') return (await findController(options, io)).certificate();
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(given)?.[1];
  // One letter is a drive of Windows.
  if (scheme === undefined || scheme.length === 1) return readText(given, io);
  if (scheme.toLowerCase() === 'file') return readText(fileURLToPath(given), io);
  return fetchText(given, io.env);
}

async function fetchText(url: string, env: CliIo['env']): Promise<string> {
  let answer: Response;
  try {
    answer = await fetch(url, await throughProxy(url, env));
  } catch (thrown) {
    const cause = thrown instanceof Error ? thrown.cause : undefined;
    throw new KnownError(
      'unreachable',
      `Get ${JSON.stringify(url)}: ${messageOf(cause ?? thrown)}`,
    );
  }
  if (answer.status === 200) return answer.text();
  const status = `${answer.status} ${answer.statusText}`.trim();
  throw new KnownError('unreachable', `cannot fetch ${JSON.stringify(url)}: ${status}`);
}

/** The proxy of the environment, by Go's rules: one for each scheme, and never to this machine itself. */
async function throughProxy(url: string, env: CliIo['env']): Promise<{ dispatcher?: never }> {
  const name = url.toLowerCase().startsWith('https:') ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const read = (variable: string): string => env[variable] ?? env[variable.toLowerCase()] ?? '';
  const proxy = read(name);
  if (proxy === '') return {};
  const { EnvHttpProxyAgent } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy: [read('NO_PROXY'), 'localhost', '127.0.0.1', '[::1]'].filter(Boolean).join(','),
    // Plain HTTP is asked of the proxy by its whole address; only HTTPS goes through a tunnel.
    proxyTunnel: false,
  });
  // Node's fetch takes it, and its type does not know.
  return { dispatcher: dispatcher as never };
}
