import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, hide, messageOf } from '../../../base/index.ts';
import type { FetchPorts, RepositoryCredentials } from '../../../lib/helm/index.ts';
import type { Call, FlagValues } from '../cobra/index.ts';
import type { CliIo } from '../io.ts';

/** Files for a TLS connection as `--cert-file`, `--key-file` and `--ca-file` name them; empty when absent. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly insecure: boolean;
}

/** How a repository is reached: who asks, and with which certificates. */
export interface Access {
  readonly credentials?: RepositoryCredentials;
  readonly tls: TlsFiles;
}

type Send = FetchPorts['transport'];

/** What the flags of a command say about reaching a repository. */
export function accessOf({ flags }: Call): Access {
  const tls: TlsFiles = {
    certFile: flags.string('cert-file'),
    keyFile: flags.string('key-file'),
    caFile: flags.string('ca-file'),
    insecure: flags.bool('insecure-skip-tls-verify'),
  };
  const credentials = credentialsOf(flags);
  return credentials === undefined ? { tls } : { tls, credentials };
}

function credentialsOf(flags: FlagValues): RepositoryCredentials | undefined {
  const username = flags.string('username');
  if (username === '') return undefined;
  return {
    username,
    password: hide(flags.string('password')),
    passToAll: flags.changed('pass-credentials') && flags.bool('pass-credentials'),
  };
}

/** What requests to one repository are made with. Its client certificate is shown to its host only. */
export function fetching(io: CliIo, home: string, tls?: TlsFiles): FetchPorts {
  return { transport: transportTo(io, home, tls), clock: io.clock, signal: io.signal };
}

/** Sends requests, with the certificates of `tls` where any are named. */
export function transportTo(io: CliIo, home: string, tls?: TlsFiles): Send {
  const { certFile = '', keyFile = '', caFile = '', insecure = false } = tls ?? {};
  const isPlain = certFile === '' && keyFile === '' && caFile === '' && !insecure;
  if (tls === undefined || isPlain) return (request) => fetch(request);
  let made: Promise<Send> | undefined;
  return async (request) => {
    made ??= sendWith(io, home, tls);
    return (await made)(request);
  };
}

async function sendWith(io: CliIo, home: string, tls: TlsFiles): Promise<Send> {
  const { Agent, fetch: send } = await import('undici');
  const ca = await textOf(io, tls.caFile);
  const [cert, key] = await clientPair(io, tls);
  const trust = { ...(ca === '' ? {} : { ca }), rejectUnauthorized: !tls.insecure };
  const there = new Agent({ connect: { ...trust, ...(cert === '' ? {} : { cert, key }) } });
  const elsewhere = new Agent({ connect: trust });
  const { host } = new URL(home);
  return async (request) => {
    const dispatcher = new URL(request.url).host === host ? there : elsewhere;
    const { method, signal } = request;
    const headers = Object.fromEntries(request.headers);
    const body = request.body === null ? null : Buffer.from(await request.arrayBuffer());
    const init = { method, headers, signal, dispatcher, redirect: 'manual' as const, body };
    return (await send(request.url, init)) as unknown as Response;
  };
}

async function clientPair(io: CliIo, tls: TlsFiles): Promise<[cert: string, key: string]> {
  if ((tls.certFile === '') !== (tls.keyFile === '')) {
    throw new KnownError('invalid', 'a client certificate needs both --cert-file and --key-file');
  }
  return [await textOf(io, tls.certFile), await textOf(io, tls.keyFile)];
}

async function textOf(io: CliIo, file: string): Promise<string> {
  if (file === '') return '';
  try {
    return await readFile(path.resolve(io.cwd, file), 'utf8');
  } catch (thrown) {
    throw new KnownError('not-found', `can't read TLS file ${file}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}
