import { quote } from '../../format/index.ts';
import type { FunctionTable } from '../../signature.ts';
import { GoError } from '../../template-error.ts';
import { fromBytes, kindOf, toBytes } from '../../value/index.ts';
import { fn } from '../define.ts';

interface Url {
  scheme: string;
  opaque: string;
  userinfo: string;
  host: string;
  path: string;
  query: string;
  fragment: string;
}

type Part = 'path' | 'userinfo' | 'fragment' | 'host';

const unreserved = /[A-Za-z0-9\-_.~]/;

/** Characters besides the unreserved ones that stay as they are, by part. */
const allowed: Readonly<Record<Part, string>> = {
  path: '$&+,/:;=@',
  userinfo: '$&+,;=',
  fragment: '$&+,/:;=?@!()*',
  host: '!$&\'()*+,;=:[]<>"',
};

function escape(text: string, part: Part): string {
  let out = '';
  for (const byte of toBytes(text)) {
    const char = String.fromCharCode(byte);
    const stays = unreserved.test(char) || allowed[part].includes(char);
    out += stays ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function unescape(text: string): string {
  if (!text.includes('%')) return text;
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text);
  if (bad !== null) throw new GoError(`invalid URL escape ${quote(bad[0])}`);
  const bytes = Buffer.from(
    toBytes(text)
      .toString('latin1')
      .replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
    'latin1',
  );
  return fromBytes(bytes);
}

function splitScheme(text: string): { scheme: string; rest: string } {
  const match = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(text);
  if (match !== null) return { scheme: match[1]!.toLowerCase(), rest: text.slice(match[0].length) };
  if (text.startsWith(':')) throw new GoError('missing protocol scheme');
  return { scheme: '', rest: text };
}

function parseUser(text: string): string {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text))
    throw new GoError('net/url: invalid userinfo');
  const colon = text.indexOf(':');
  const name = unescape(colon < 0 ? text : text.slice(0, colon));
  if (colon < 0) return escape(name, 'userinfo');
  return `${escape(name, 'userinfo')}:${escape(unescape(text.slice(colon + 1)), 'userinfo')}`;
}

function parseHost(text: string): string {
  const port = /:([^\]:]*)$/.exec(text);
  if (text.startsWith('[')) {
    const close = text.lastIndexOf(']');
    if (close < 0) throw new GoError("missing ']' in host");
    const rest = text.slice(close + 1);
    if (rest !== '' && !/^:\d*$/.test(rest)) {
      throw new GoError(`invalid port ${quote(rest)} after host`);
    }
    return text;
  }
  if (port !== null && !/^\d*$/.test(port[1]!)) {
    throw new GoError(`invalid port ${quote(port[0])} after host`);
  }
  const bad = /[ \x00-\x1f\x7f]/.exec(text);
  if (bad !== null) throw new GoError(`invalid character ${quote(bad[0])} in host name`);
  return unescape(text);
}

const emptyUrl: Url = {
  scheme: '',
  opaque: '',
  userinfo: '',
  host: '',
  path: '',
  query: '',
  fragment: '',
};

function cut(text: string, mark: string): [before: string, after: string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** `//user@host` and the path after it. */
function parseAuthority(text: string): Pick<Url, 'host' | 'userinfo' | 'path'> {
  const end = text.indexOf('/', 2);
  const authority = end < 0 ? text.slice(2) : text.slice(2, end);
  const at = authority.lastIndexOf('@');
  const host = parseHost(authority.slice(at + 1));
  const userinfo = at < 0 ? '' : parseUser(authority.slice(0, at));
  return { host, userinfo, path: end < 0 ? '' : unescape(text.slice(end)) };
}

function parseReference(text: string): Url {
  const [main, hash] = cut(text, '#');
  if (/[\x00-\x1f\x7f]/.test(main)) {
    throw new GoError('net/url: invalid control character in URL');
  }
  const fragment = unescape(hash ?? '');
  if (main === '*') return { ...emptyUrl, fragment, path: '*' };
  const { scheme, rest: full } = splitScheme(main);
  const [rest, query = ''] = cut(full, '?');
  const url = { ...emptyUrl, fragment, scheme, query };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...url, opaque: rest };
    if (/^[^/]*:/.test(rest)) {
      throw new GoError('first path segment in URL cannot contain colon');
    }
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  return hasAuthority ? { ...url, ...parseAuthority(rest) } : { ...url, path: unescape(rest) };
}

/** url.Parse. Throws `GoError` with Go's text. */
export function parseUrl(text: string): Url {
  try {
    return parseReference(text);
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown;
    const shown =
      text.includes('#') && !thrown.message.includes('escape')
        ? text.slice(0, text.indexOf('#'))
        : text;
    throw new GoError(`parse ${quote(shown)}: ${thrown.message}`);
  }
}

function hostname(host: string): string {
  if (host.startsWith('[')) return host.slice(1, host.indexOf(']'));
  return host.replace(/:\d*$/, '');
}

function urlParse(text: string): Record<string, string> {
  try {
    const url = parseUrl(text);
    return { ...url, hostname: hostname(url.host) };
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown;
    throw new GoError(`unable to parse url: ${thrown.message}`);
  }
}

/** What stands before the path: the scheme was written already. */
function authorityText(url: Url): string {
  const { scheme, host, userinfo, path } = url;
  if (scheme === '' && host === '' && userinfo === '') return '';
  if (host === '' && userinfo === '' && path === '') return '';
  return `//${userinfo === '' ? '' : `${userinfo}@`}${escape(host, 'host')}`;
}

function pathText(url: Url, isFirst: boolean): string {
  if (url.path === '*') return '*';
  const path = escape(url.path, 'path');
  if (path !== '' && !path.startsWith('/') && url.host !== '') return `/${path}`;
  return isFirst && /^[^/]*:/.test(path) ? `./${path}` : path;
}

/** URL.String. */
function urlText(url: Url): string {
  let out = url.scheme === '' ? '' : `${url.scheme}:`;
  if (url.opaque !== '') out += url.opaque;
  else {
    out += authorityText(url);
    out += pathText(url, out === '');
  }
  if (url.query !== '') out += `?${url.query}`;
  return url.fragment === '' ? out : `${out}#${escape(url.fragment, 'fragment')}`;
}

function urlJoin(map: Record<string, unknown>): string {
  const read = (key: string): string => {
    if (!Object.hasOwn(map, key)) return '';
    const value = map[key];
    if (typeof value === 'string') return value;
    if (value === null || value === undefined) {
      throw new GoError('runtime error: invalid memory address or nil pointer dereference');
    }
    throw new GoError(
      `unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`,
    );
  };
  const url: Url = {
    scheme: read('scheme'),
    host: read('host'),
    path: read('path'),
    query: read('query'),
    opaque: read('opaque'),
    fragment: read('fragment'),
    userinfo: read('userinfo'),
  };
  if (url.userinfo !== '') {
    try {
      url.userinfo = parseUrl(`proto://${url.userinfo}@host`).userinfo;
    } catch (thrown) {
      if (!(thrown instanceof GoError)) throw thrown;
      throw new GoError(`unable to parse userinfo in dict: ${thrown.message}`);
    }
  }
  return urlText(url);
}

/** URLs as maps of their parts. */
export function urlFunctions(lookupHost: (name: string) => string): FunctionTable {
  return {
    urlParse: fn(['string'], urlParse),
    urlJoin: fn(['map[string]interface {}'], urlJoin),
    getHostByName: fn(['string'], lookupHost),
  };
}
