import type { Environment } from '@marcbachmann/cel-js';
import { refusedValue } from './refused-value.ts';

/** A parsed address, its parts as they were written. */
class UrlValue {
  readonly #text: string;
  readonly #parts: UrlParts;

  constructor(text: string, parts: UrlParts) {
    this.#text = text;
    this.#parts = parts;
  }

  get parts(): UrlParts {
    return this.#parts;
  }

  toString(): string {
    return this.#text;
  }
}

interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

/** An absolute address or an absolute path, as Go's `url.ParseRequestURI` takes them. */
function parseUrl(text: string): UrlValue | undefined {
  if (!isPrintable(text)) return undefined;
  const match =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/(?:[^/?@]*@)?([^/?]*))?)?([^?]*)(?:\?(.*))?$/.exec(text);
  if (!match) return undefined;
  const [scheme = '', host = '', path = '', query = ''] = match.slice(1);
  if (scheme === '' && !path.startsWith('/')) return undefined;
  if (/%(?![0-9A-Fa-f]{2})/.test(path) || !isHost(host)) return undefined;
  return new UrlValue(text, { scheme: scheme.toLowerCase(), host, path, query });
}

/** Control characters and spaces never stand in one. */
function isPrintable(text: string): boolean {
  return text !== '' && !/[\p{Cc} ]/u.test(text);
}

function isHost(host: string): boolean {
  const port = /^(?:\[[^\]]*\]|[^:[\]]*)(?::(\d*))?$/.exec(host);
  return port !== null && !/[<>"\\^`{|}]/.test(host);
}

function hostname(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return bracketed ? bracketed[1]! : host.replace(/:\d*$/, '');
}

function queryOf(query: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) (found[name] ??= []).push(value);
  return found;
}

/** `url('https://a.b/c').getHost()`, `isURL(text)`. */
export function addUrlLibrary(environment: Environment): void {
  const type = 'kubernetes.URL';
  environment.registerType(type, UrlValue);
  const add = environment.registerFunction.bind(environment);
  add(`url(string): ${type}`, (text: string) => {
    const url = parseUrl(text);
    if (!url) throw refusedValue(`URL parse error during conversion from string: parse "${text}"`);
    return url;
  });
  add('isURL(string): bool', (text: string) => parseUrl(text) !== undefined);
  add(`string(${type}): string`, String);
  add(`${type}.getScheme(): string`, ({ parts }: UrlValue) => parts.scheme);
  add(`${type}.getHost(): string`, ({ parts }: UrlValue) => parts.host);
  add(`${type}.getHostname(): string`, ({ parts }: UrlValue) => hostname(parts.host));
  add(`${type}.getPort(): string`, ({ parts }: UrlValue) => /:(\d*)$/.exec(parts.host)?.[1] ?? '');
  add(`${type}.getEscapedPath(): string`, ({ parts }: UrlValue) => parts.path);
  add(`${type}.getQuery(): map<string, list<string>>`, ({ parts }: UrlValue) =>
    queryOf(parts.query),
  );
  environment.registerOperator(`${type} == ${type}`, (a, b) => String(a) === String(b));
}
