import path from 'node:path';
import { hide, isRecord, KnownError } from '../../../../base/index.ts';
import type { Hidden, JsonRecord, KubeObject } from '../../../../base/index.ts';
import {
  defaultSealSettings,
  keyLabel,
  lockArchive,
  unlockArchive,
} from '../../../../features/seal/index.ts';
import { kinds } from '../../../../lib/kube/index.ts';
import type { Cluster } from '../../../../lib/kube/index.ts';
import { parse, stringify } from '../../../../lib/yaml/index.ts';
import { exactArgs } from '../../cobra/index.ts';
import type { Call, Command, Flag } from '../../cobra/index.ts';
import { connectCluster } from '../../connect-cluster.ts';
import { writeAtomically } from '../../kubeseal/index.ts';
import { bytesOf, textOf } from '../known-keys.ts';

const flags: readonly Flag[] = [
  { name: 'kubeconfig', type: 'string', usage: 'Path to a kubeconfig' },
  { name: 'context', type: 'string', usage: 'Context of the kubeconfig' },
  {
    name: 'controller-namespace',
    type: 'string',
    default: 'kube-system',
    usage: 'Namespace where the keys lie',
  },
  {
    name: 'password-file',
    type: 'string',
    usage: 'File with the password; its last line end does not count',
  },
];
const backupFlags: readonly Flag[] = [
  ...flags,
  {
    name: 'age-recipient',
    type: 'stringArray',
    usage: 'Public key (age1…) of who may open the file, in place of a password; may be repeated',
  },
  {
    name: 'key-prefix',
    type: 'string',
    default: defaultSealSettings.keyPrefix,
    usage: "Name of the controller's key of old, which has no label (its --key-prefix)",
  },
];
const restoreFlags: readonly Flag[] = [
  ...flags,
  {
    name: 'age-identity',
    type: 'stringArray',
    usage: 'File with private keys (AGE-SECRET-KEY-1…), in place of a password; may be repeated',
  },
];

/** `trice seal backup`: every key of a controller in one encrypted file. */
export const backup: Command = {
  use: 'backup FILE',
  short: "Write a controller's keys to a file, encrypted with a password or for age keys",
  args: exactArgs(1),
  flags: backupFlags,
  run: async (call) => {
    const { args, io } = call;
    const recipients = call.flags.list('age-recipient');
    const lock = recipients.length > 0 ? { recipients } : { password: await passwordOf(call) };
    const { cluster, namespace } = await clusterOf(call);
    const items = await keysIn(cluster, namespace, call.flags.string('key-prefix'));
    if (items.length === 0) {
      throw new KnownError('not-found', `namespace ${namespace} holds no key of a controller`);
    }
    const list = { apiVersion: 'v1', kind: 'List', items: items.map(withoutServerFields) };
    const [file = ''] = args;
    await writeAtomically(resolved(call, file), await lockArchive(hide(stringify(list)), lock));
    io.stdout.write(`${file}: ${count(items.length)}\n`);
  },
};

/** Every key, in use or taken out of it, and the one of old that bears the prefix as its name. */
async function keysIn(cluster: Cluster, namespace: string, prefix: string): Promise<KubeObject[]> {
  const { items } = await cluster.list(kinds.Secret, { namespace, labelSelector: keyLabel });
  const old = await cluster.get(kinds.Secret, { namespace, name: prefix });
  const isListed = items.some(({ metadata }) => metadata.name === prefix);
  return old === undefined || isListed ? items : [...items, old];
}

/** `trice seal restore`: puts the keys of a backup into a cluster; keys that are there stay as they are. */
export const restore: Command = {
  use: 'restore FILE',
  short: "Put a controller's keys back from a file of trice seal backup",
  args: exactArgs(1),
  flags: restoreFlags,
  run: async (call) => {
    const { args, io } = call;
    const files = call.flags.list('age-identity');
    const unlock =
      files.length > 0
        ? { identities: await identitiesIn(call, files) }
        : { password: await passwordOf(call) };
    const text = await unlockArchive(await bytesOf(io, args[0] ?? ''), unlock);
    const list = parse(text.reveal());
    const items = isRecord(list) && Array.isArray(list.items) ? list.items.filter(isRecord) : [];
    const { cluster, namespace } = await clusterOf(call);
    let made = 0;
    for (const item of items) if (await putBack(cluster, item, namespace)) made += 1;
    io.stdout.write(`${count(made)} restored, ${items.length - made} there already\n`);
  },
};

/** Whether it was made. Throws `KnownError('conflict')` when another key bears its name. */
async function putBack(cluster: Cluster, item: JsonRecord, namespace: string): Promise<boolean> {
  const secret = item as unknown as KubeObject;
  const key = { namespace, name: secret.metadata.name };
  const live = await cluster.get(kinds.Secret, key);
  if (live === undefined) {
    await cluster.create(kinds.Secret, { ...secret, metadata: { ...secret.metadata, namespace } });
    return true;
  }
  if (dataOf(live)['tls.key'] === dataOf(secret)['tls.key']) return false;
  throw new KnownError(
    'conflict',
    `secret ${namespace}/${key.name} holds another key than the backup; nothing was changed about it`,
  );
}

function dataOf({ data }: KubeObject): JsonRecord {
  return isRecord(data) ? data : {};
}

function withoutServerFields({ metadata, type, data }: KubeObject): KubeObject {
  const { name, namespace, labels, annotations } = metadata;
  const kept = { name, namespace, labels, annotations };
  const given = Object.entries(kept).filter(([, value]) => value !== undefined);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: Object.fromEntries(given) as unknown as KubeObject['metadata'],
    type,
    data,
  };
}

async function passwordOf({ flags: given, io }: Call): Promise<Hidden<string>> {
  const file = given.string('password-file');
  const text =
    file === ''
      ? (io.env.TRICE_SEAL_PASSWORD ?? '')
      : (await textOf(io, file)).replace(/\r?\n$/, '');
  if (text !== '') return hide(text);
  throw new KnownError(
    'invalid',
    'a password is needed (--password-file or TRICE_SEAL_PASSWORD), or a key of age (see --help)',
  );
}

/** The private keys in files as `age-keygen` writes them: one a line, and comments. */
async function identitiesIn(
  { io }: Call,
  files: readonly string[],
): Promise<Array<Hidden<string>>> {
  const texts = await Promise.all(files.map((file) => textOf(io, file)));
  const lines = texts.flatMap((text) => text.split('\n')).map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => hide(line));
}

async function clusterOf(call: Call): Promise<{ cluster: Cluster; namespace: string }> {
  const { flags: given, io } = call;
  const how = Object.fromEntries(
    ['kubeconfig', 'context']
      .map((name) => [name, given.string(name)] as const)
      .filter(([, value]) => value !== ''),
  );
  const { cluster } = await connectCluster(io, how);
  return { cluster, namespace: given.string('controller-namespace') };
}

function resolved({ io }: Call, file: string): string {
  return path.resolve(io.cwd, file);
}

function count(keys: number): string {
  return `${keys} ${keys === 1 ? 'key' : 'keys'}`;
}
