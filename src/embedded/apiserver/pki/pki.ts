import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { X509Certificate } from 'node:crypto';
import path from 'node:path';
import { KnownError, messageOf, type Clock } from '../../../base/index.ts';
import { makeCa, makeLeaf, type Leaf, type Pair } from './make.ts';

/** Certificates of one cluster, as PEM texts. */
export interface Pki {
  readonly caPem: string;
  readonly serverCertPem: string;
  readonly serverKeyPem: string;
  /** User `kubernetes-admin` of group `system:masters`. */
  readonly clientCertPem: string;
  readonly clientKeyPem: string;
}

/** What is to be on disk, and for which names the server answers. */
export interface PkiOptions {
  /** Made when it is absent; holds `ca.crt`, `ca.key`, `server.crt` …, keys with mode 0600. */
  readonly dir: string;
  readonly clock: Clock;
  /** Names and addresses of the server besides those every cluster has. */
  readonly hosts: readonly string[];
}

const always = [
  'localhost',
  '127.0.0.1',
  '::1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];
const monthMs = 30 * 24 * 3600 * 1000;

/**
 * Makes the certificates, or reads those made before. The authority lasts ten years; the others a
 * year, and are made anew when a month is left or the names have changed.
 */
export async function createPki(options: PkiOptions): Promise<Pki> {
  const { dir, clock } = options;
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new KnownError('denied', `cannot keep certificates in ${dir}: ${messageOf(thrown)}`);
  }
  const ca =
    (await readPair(dir, 'ca', clock, [])) ?? (await write(dir, 'ca', await makeCa(clock)));
  const names = [...new Set([...always, ...options.hosts])];
  const server = await kept(dir, ca, { file: 'server', clock, names });
  const client = await kept(dir, ca, { file: 'client', clock, names: [] });
  return {
    caPem: ca.cert,
    serverCertPem: server.cert,
    serverKeyPem: server.key,
    clientCertPem: client.cert,
    clientKeyPem: client.key,
  };
}

async function kept(dir: string, ca: Pair, leaf: Leaf): Promise<Pair> {
  const present = await readPair(dir, leaf.file, leaf.clock, leaf.names);
  if (present && new X509Certificate(present.cert).verify(new X509Certificate(ca.cert).publicKey))
    return present;
  return write(dir, leaf.file, await makeLeaf(ca, leaf));
}

async function readPair(
  dir: string,
  file: string,
  clock: Clock,
  names: readonly string[],
): Promise<Pair | undefined> {
  try {
    const cert = await readFile(path.join(dir, `${file}.crt`), 'utf8');
    const key = await readFile(path.join(dir, `${file}.key`), 'utf8');
    const parsed = new X509Certificate(cert);
    const left = new Date(parsed.validTo).getTime() - clock.now().getTime();
    const covers = names.every(
      (name) => (parsed.checkHost(name) ?? parsed.checkIP(name)) !== undefined,
    );
    return left > monthMs && covers ? { cert, key } : undefined;
  } catch {
    return undefined;
  }
}

async function write(dir: string, file: string, pair: Pair): Promise<Pair> {
  const keyFile = path.join(dir, `${file}.key`);
  await writeFile(keyFile, pair.key, { mode: 0o600 });
  await chmod(keyFile, 0o600);
  await writeFile(path.join(dir, `${file}.crt`), pair.cert);
  return pair;
}
