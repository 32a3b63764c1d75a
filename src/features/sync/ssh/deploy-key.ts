import { generateKeyPair } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { isRecord, KnownError, messageOf } from '../../../base/index.ts';
import type { Key, KubeObject, Logger, Run } from '../../../base/index.ts';
import { safeUrl } from '../../../lib/git/index.ts';
import type { SshKey } from '../../../lib/git/index.ts';
import { kinds, watchCache } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import { ensureNamespace } from '../state-object.ts';
import { knownHosts } from './known-hosts.ts';
import { publicKeyOf, publicKeyText } from './public-key.ts';
import type { PublicKey } from './public-key.ts';

/** The SSH key that a person adds to the repository as a deploy key. */
export interface DeployKey {
  read(): Promise<PublicKey>;
  /** Replaces it by a new one, for git too. */
  regenerate(): Promise<PublicKey>;
  /**
   * Writes the private key and the known hosts to the folder, for git; makes the key when there is
   * none. Writing again takes up a Secret that someone changed.
   */
  install(): Promise<SshKey>;
  /**
   * Until the run's signal aborts: whenever someone changes the key or the known hosts in the Secret,
   * they are written anew, so that the next git operation uses them. `changed` hears of it. A Secret
   * that is deleted, or has lost its key, changes nothing.
   */
  follow(run: Run, changed?: () => void): void;
}

export interface DeployKeyPorts {
  readonly cluster: Cluster;
  /** The Secret that holds it. */
  readonly secret: Key;
  /** Field of the Secret's data with the private key; `identity` (and `identity.pub`) unless told otherwise. */
  readonly dataKey?: string;
  readonly log: Logger;
  /** Folder of our own for the files. */
  readonly dir: string;
  /** A file with more host keys, read at each `install`; the Secret's `known_hosts` counts too. */
  readonly knownHostsFile?: string;
  /** Length of a new key. */
  readonly bits?: number;
}

interface Pair {
  readonly privateKey: string;
  readonly publicText: string;
  /** More host keys, from the Secret. */
  readonly hosts: string;
}

const generate = promisify(generateKeyPair);

/** Whether git speaks SSH to this URL, so that it needs the key. */
export function isSshUrl(url: string): boolean {
  return safeUrl(url).startsWith('ssh://');
}

/** The key kept in a Secret; made at its first use. */
export function createDeployKey(ports: DeployKeyPorts): DeployKey {
  const { cluster, secret, log, dataKey = 'identity' } = ports;
  let known: Promise<Pair> | undefined;
  let isInstalled = false;
  const load = async (isNew: boolean): Promise<Pair> => {
    const live = await cluster.get(kinds.Secret, secret);
    const privateKey = (isNew ? undefined : textOf(live, dataKey)) ?? (await makeKey(ports, live));
    const pair = pairOf(live, dataKey, privateKey);
    log.info('', { component: 'cluster', 'identity.pub': pair.publicText.trim() });
    return pair;
  };
  const remembered = (isNew: boolean): Promise<Pair> => {
    known = load(isNew);
    known.catch(() => (known = undefined));
    return known;
  };
  const write = async (pair: Pair): Promise<SshKey> => {
    isInstalled = true;
    return writePair(ports, pair);
  };
  return {
    read: async () => publicKeyOf((await (known ?? remembered(false))).publicText),
    async regenerate() {
      const pair = await remembered(true);
      if (isInstalled) await write(pair);
      return publicKeyOf(pair.publicText);
    },
    async install() {
      const files = await write(await remembered(false));
      log.info('', { component: 'cluster', identity: files.keyFile });
      return files;
    },
    follow(run, changed) {
      const take = async (live: KubeObject): Promise<void> => {
        const privateKey = textOf(live, dataKey);
        const before = await known?.catch(() => undefined);
        if (privateKey === undefined || before === undefined) return;
        const pair = pairOf(live, dataKey, privateKey);
        if (pair.privateKey === before.privateKey && pair.hosts === before.hosts) return;
        known = Promise.resolve(pair);
        if (isInstalled) await write(pair);
        const text = pair.publicText.trim();
        run.log.info('the SSH key was changed in its Secret', { 'identity.pub': text });
        changed?.();
      };
      followSecret(ports, run, take);
    },
  };
}

async function writePair(ports: DeployKeyPorts, pair: Pair): Promise<SshKey> {
  const { dir } = ports;
  const more = await moreHosts(ports.knownHostsFile);
  const keyFile = path.join(dir, 'identity');
  const knownHostsFile = path.join(dir, 'known_hosts');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await replaceFile(knownHostsFile, [knownHosts, pair.hosts, more].join('\n'));
  await replaceFile(keyFile, `${pair.privateKey.trimEnd()}\n`);
  return { keyFile, knownHostsFile };
}

/** Hands every state of the Secret to `take`, one after another. */
function followSecret(
  { cluster, secret }: DeployKeyPorts,
  run: Run,
  take: (live: KubeObject) => Promise<void>,
): void {
  const query = {
    fieldSelector: `metadata.name=${secret.name}`,
    ...(secret.namespace === undefined ? {} : { namespace: secret.namespace }),
  };
  let last: Promise<void> = Promise.resolve();
  watchCache(cluster, kinds.Secret, run, query).onChange(({ type, object }) => {
    if (type === 'deleted') return;
    last = last
      .then(() => take(object))
      .catch((thrown: unknown) => {
        run.log.error('the changed SSH key cannot be used', { err: messageOf(thrown) });
      });
  });
}

function pairOf(live: KubeObject | undefined, dataKey: string, privateKey: string): Pair {
  const publicText = publicKeyText(privateKey) || (textOf(live, `${dataKey}.pub`) ?? '');
  return { privateKey, publicText, hosts: textOf(live, 'known_hosts') ?? '' };
}

/** Whole or not at all: git may be reading it. */
async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function moreHosts(file: string | undefined): Promise<string> {
  if (file === undefined) return '';
  return readFile(file, 'utf8').catch((thrown: unknown) => {
    throw new KnownError('not-found', `cannot read the known hosts: ${messageOf(thrown)}`);
  });
}

async function makeKey(ports: DeployKeyPorts, live: KubeObject | undefined): Promise<string> {
  const { cluster, secret, bits = 3072, dataKey = 'identity' } = ports;
  const { privateKey } = await generate('rsa', {
    modulusLength: bits,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const data = {
    [dataKey]: Buffer.from(privateKey).toString('base64'),
    [`${dataKey}.pub`]: Buffer.from(publicKeyText(privateKey)).toString('base64'),
  };
  if (live !== undefined) {
    await cluster.patch(kinds.Secret, secret, { data }, { type: 'merge' });
    return privateKey;
  }
  if (secret.namespace !== undefined) await ensureNamespace(cluster, secret.namespace);
  const metadata = { ...secret };
  await cluster.create(kinds.Secret, { apiVersion: 'v1', kind: 'Secret', metadata, data });
  return privateKey;
}

function textOf(secret: KubeObject | undefined, key: string): string | undefined {
  const data = secret?.['data'];
  const value = isRecord(data) ? data[key] : undefined;
  if (typeof value !== 'string' || value === '') return undefined;
  return Buffer.from(value, 'base64').toString('utf8');
}
