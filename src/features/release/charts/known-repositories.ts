import { readFile } from 'node:fs/promises';
import { KnownError, hide, isRecord, messageOf } from '../../../base/index.ts';
import type { JsonRecord, Logger } from '../../../base/index.ts';
import { unmarshal } from '../../../lib/helm/index.ts';
import type { RepositoryCredentials } from '../../../lib/helm/index.ts';
import type { TlsFiles } from './pull-secret.ts';

/** What a file in the format of Helm's repositories.yaml says of one repository. */
export interface KnownRepository {
  readonly name: string;
  readonly url: string;
  readonly credentials?: RepositoryCredentials;
  readonly tls: TlsFiles;
}

/** Repositories that the operator was given files of (`--helm-repository-import`). */
export interface KnownRepositories {
  /** By URL; a slash at its end does not count. */
  at(url: string): Promise<KnownRepository | undefined>;
  named(name: string): Promise<KnownRepository | undefined>;
}

/** The files are read at every question: they come from Secrets, which change. The first of a name counts. */
export function knownRepositories(files: readonly string[], log: Logger): KnownRepositories {
  const find = async (isMeant: (entry: JsonRecord) => boolean) => {
    for (const file of files) {
      const entry = (await entriesOf(file, log)).find(isMeant);
      if (entry !== undefined) return repositoryOf(entry);
    }
    return undefined;
  };
  return {
    at: (url) => find((entry) => bare(textAt(entry, 'url')) === bare(url)),
    named: (name) => find((entry) => textAt(entry, 'name') === name),
  };
}

function bare(url: string): string {
  return url.replace(/\/+$/, '');
}

function textAt(entry: JsonRecord, field: string): string {
  const value = entry[field];
  return typeof value === 'string' ? value : '';
}

async function entriesOf(file: string, log: Logger): Promise<JsonRecord[]> {
  try {
    const data = unmarshal(await readFile(file, 'utf8'));
    const list = isRecord(data) ? data['repositories'] : undefined;
    return Array.isArray(list) ? list.filter(isRecord) : [];
  } catch (thrown) {
    log.error('a file of chart repositories cannot be read', { file, err: messageOf(thrown) });
    return [];
  }
}

async function repositoryOf(entry: JsonRecord): Promise<KnownRepository> {
  const username = textAt(entry, 'username');
  const password = hide(textAt(entry, 'password'));
  const passToAll = entry['pass_credentials_all'] === true;
  const files = { ca: 'caFile', cert: 'certFile', key: 'keyFile' } as const;
  const tls: Record<string, string> = {};
  for (const [part, field] of Object.entries(files)) {
    const file = textAt(entry, field);
    if (file !== '') tls[part] = await read(file);
  }
  return {
    name: textAt(entry, 'name'),
    url: textAt(entry, 'url'),
    ...(username === '' ? {} : { credentials: { username, password, passToAll } }),
    tls: {
      ...tls,
      ...(entry['insecure_skip_tls_verify'] === true ? { insecure: true } : {}),
    },
  };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    throw new KnownError('not-found', `TLS file ${file} of a chart repository cannot be read`, {
      cause: thrown,
    });
  }
}
