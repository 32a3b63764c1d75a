import { randomUUID } from 'node:crypto';

/** Headers of one connection: never passed on (RFC 9110, 7.6.1), nor what asks this server for a reply in between. */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Marks an answer of the gateway itself, in contrast to one of the function. */
export const internal: Readonly<Record<string, string>> = { 'X-OpenFaaS-Internal': 'proxy' };

/** What is known of a call before it is passed on. */
export interface Caller {
  readonly header: (name: string) => string | null | undefined;
  readonly host: string;
  readonly address: string | undefined;
}

/** The headers that the gateway puts on top of the caller's; `started` in milliseconds since 1970. */
export function callHeaders({ header, host, address }: Caller, started: number): CallHeaders {
  return {
    'x-call-id': header('x-call-id') || randomUUID(),
    'x-start-time': `${started}000000`,
    'x-forwarded-host': header('x-forwarded-host') || host,
    'x-forwarded-for': [header('x-forwarded-for'), address].filter(Boolean).join(', '),
  };
}

export type CallHeaders = Record<
  'x-call-id' | 'x-start-time' | 'x-forwarded-host' | 'x-forwarded-for',
  string
>;

/** Texts of the gateway's own answers. */
export const texts = {
  unknown: (name: string, namespace: string): string =>
    `error finding function ${name}.${namespace}: not found`,
  noEndpoints: (name: string): string => `No endpoints available for: ${name}.`,
  unreachable: (name: string): string => `Can't reach service for: ${name}.`,
} as const;

/** Methods that reach a function. */
export const admitted: ReadonlySet<string> = new Set([
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'HEAD',
]);
