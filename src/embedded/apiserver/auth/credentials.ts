import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { KnownError, messageOf } from '../../../base/index.ts';
import { parseTokenFile, type StaticTokens } from './token-file.ts';

/** What callers may prove themselves with besides the tokens of service accounts. */
export interface Credentials {
  readonly tokens: StaticTokens;
  /** PEM of authorities whose client certificates are taken too. */
  readonly clientCa: string | undefined;
}

/** Reads the files that name callers; `KnownError` when one cannot be read or does not hold what it should. */
export async function readCredentials(from: {
  readonly tokens?: StaticTokens;
  readonly tokenFile?: string;
  readonly clientCaFile?: string;
}): Promise<Credentials> {
  const { tokens = new Map(), tokenFile, clientCaFile } = from;
  const listed = tokenFile === undefined ? [] : parseTokenFile(await read(tokenFile), tokenFile);
  return {
    tokens: new Map([...tokens, ...listed]),
    clientCa: clientCaFile === undefined ? undefined : await certificatesIn(clientCaFile),
  };
}

async function certificatesIn(file: string): Promise<string> {
  const text = await read(file);
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0)
    throw new KnownError('invalid', `${file}: there is no certificate in PEM form in it`);
  for (const each of found) checkCertificate(each, file);
  return `${found.join('\n')}\n`;
}

function checkCertificate(pem: string, file: string): void {
  try {
    void new X509Certificate(pem);
  } catch (thrown) {
    throw new KnownError('invalid', `${file}: a certificate cannot be read: ${messageOf(thrown)}`);
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    throw new KnownError('not-found', `cannot read ${file}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}
