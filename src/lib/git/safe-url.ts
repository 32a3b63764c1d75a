import { hide, KnownError } from '../../base/index.ts';
import type { Hidden } from '../../base/index.ts';

const scpStyle = /^(?:([^@/\s]+)@)?([^:/\s]+):(?!\/\/)(.*)$/;
const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i;
const protocols = ['https:', 'http:', 'ssh:', 'git:', 'file:'];
// A user name this long with no password beside it is a token (GitHub's have 40 characters).
const tokenLength = 20;

/**
 * The URL as it may be shown and compared: `git@host:path` becomes `ssh://git@host/path`, a path
 * `file:///path`, and passwords (and tokens in place of a user name) are gone.
 */
export function safeUrl(url: string): string {
  if (!withScheme.test(url)) return safeWithoutScheme(url);
  const parsed = parseUrl(url);
  if (parsed === undefined) return url.replace(/\/\/[^/@]*@/, '//');
  return withoutSecrets(parsed).toString();
}

function safeWithoutScheme(url: string): string {
  const scp = scpStyle.exec(url);
  if (scp === null || isWindowsPath(url)) return `file://${url}`;
  const [, user, host = '', path = ''] = scp;
  const name = user?.replace(/:.*$/, '');
  const at = name === undefined ? host : `${name}@${host}`;
  return `ssh://${at}/${path.replace(/^\//, '')}`;
}

function isWindowsPath(url: string): boolean {
  return /^[a-z]:[\\/]/i.test(url);
}

function parseUrl(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

function withoutSecrets(url: URL): URL {
  const isToken = url.password === '' && url.username.length >= tokenLength;
  if (isToken && url.protocol.startsWith('http')) url.username = '';
  url.password = '';
  return url;
}

/** A URL in the form that is handed to git, and the login that was written in it. */
export interface RemoteUrl {
  readonly url: string;
  readonly login?: { readonly username: string; readonly password: Hidden<string> };
}

/**
 * Checks a URL before git sees it. Throws `KnownError('invalid')` for one that git would take as an
 * option or hand to a helper program. A login in an http URL is taken out, since arguments are public.
 */
export function remoteUrl(text: string): RemoteUrl {
  const url = text.trim();
  if (isOption(url)) throw refused(url);
  if (!withScheme.test(url)) {
    const host = isWindowsPath(url) ? undefined : scpStyle.exec(url)?.[2];
    if (host?.startsWith('-')) throw refused(url);
    return { url };
  }
  const parsed = parseUrl(url);
  const isKnown = parsed !== undefined && protocols.includes(parsed.protocol);
  if (!isKnown || parsed.hostname.startsWith('-')) throw refused(url);
  return parsed.protocol.startsWith('http') ? withoutLogin(parsed) : { url };
}

/** Whether git would take it as an option, or as `helper::address`. */
function isOption(url: string): boolean {
  return url === '' || url.startsWith('-') || /[\u0000-\u001f]/.test(url) || /^[^/]*::/.test(url);
}

function withoutLogin(parsed: URL): RemoteUrl {
  const username = decodeURIComponent(parsed.username);
  const password = decodeURIComponent(parsed.password);
  parsed.username = '';
  parsed.password = '';
  const url = parsed.toString();
  if (username === '' && password === '') return { url };
  return { url, login: { username, password: hide(password) } };
}

function refused(url: string): KnownError {
  return new KnownError(
    'invalid',
    `git URL ${JSON.stringify(safeUrl(url))} is not one of https://, http://, ssh://, git://, file://, user@host:path or a path`,
  );
}
