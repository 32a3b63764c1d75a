import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hide, KnownError, messageOf, type Logger } from '../../../base/index.ts';
import {
  cloudEventsSink,
  createSopsKeys,
  upstreamSink,
  type EventSink,
  type RepositorySettings,
} from '../../../features/sync/index.ts';
import { openKeyring, type Keyring } from '../../../lib/git/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import type { OperatorPorts } from '../../operator/index.ts';
import type { Call } from '../cobra/index.ts';
import type { OperatorOptions } from './options.ts';
import { defaultsFrom } from './repository-flags.ts';
import { readRepositoryList } from './repository-list.ts';

/** The repository of the flags, then those of the list; faults of the list are logged. */
export async function repositoriesOf(
  { flags, io }: Call,
  { repository }: OperatorOptions,
  log: Logger,
): Promise<RepositorySettings[]> {
  const own = repository === undefined ? [] : [repository];
  const file = flags.string('repositories');
  if (file === '') return own;
  const text = await readFile(path.resolve(io.cwd, file), 'utf8').catch((thrown: unknown) => {
    throw new KnownError('not-found', `--repositories: ${messageOf(thrown)}`);
  });
  const names = own.map(({ name }) => name);
  const { repositories, faults } = readRepositoryList(text, file, {
    defaults: defaultsFrom(flags),
    names,
  });
  for (const fault of faults) log.error(fault, { component: 'config' });
  return [...own, ...repositories];
}

/** Keys for signing, for checking signatures and for SOPS, as far as the repositories ask for them. */
export async function keysOf(
  { flags, io }: Call,
  ports: {
    readonly cluster: Cluster;
    readonly namespace: string;
    readonly dataDir: string;
    readonly repositories: readonly RepositorySettings[];
  },
): Promise<Pick<OperatorPorts, 'keyring' | 'sopsKeys'>> {
  const { cluster, repositories, namespace } = ports;
  const imports = flags.list('git-gpg-key-import').map((file) => path.resolve(io.cwd, file));
  const isSigning = repositories.some(
    ({ signingKey, verifySignatures }) => signingKey !== '' || verifySignatures !== 'none',
  );
  const isDecrypting = repositories.some((each) => each.isDecrypting);
  if (!isSigning && !isDecrypting && imports.length === 0) return {};
  const signers = flags.string('ssh-allowed-signers');
  const opening = openKeyring({
    dir: path.join(ports.dataDir, 'gnupg'),
    imports,
    environment: io.env,
    ...(signers === '' ? {} : { allowedSignersFile: path.resolve(io.cwd, signers) }),
  });
  // Files for age need no GnuPG.
  const isNeeded = isSigning || imports.length > 0;
  const keyring: Keyring | undefined = await opening.catch((thrown: unknown) => {
    if (isNeeded || !(thrown instanceof KnownError)) throw thrown;
    return undefined;
  });
  const age = io.env['SOPS_AGE_KEY'];
  const withKeyring = keyring === undefined ? {} : { keyring };
  const sopsKeys = createSopsKeys({
    cluster,
    secret: { namespace, name: flags.string('sops-secret') },
    ...withKeyring,
    ...(age === undefined || age === '' ? {} : { age: hide(age) }),
  });
  return { ...withKeyring, ...(isDecrypting ? { sopsKeys } : {}) };
}

/** Where events go besides the log. */
export function eventSinksOf({ flags }: Call, version: string): EventSink[] {
  const [upstream, cloud] = [flags.string('connect'), flags.string('cloud-events')];
  const token = hide(flags.string('token'));
  return [
    ...(upstream === '' ? [] : [upstreamSink({ base: upstream, token, version })]),
    ...(cloud === '' ? [] : [cloudEventsSink({ url: cloud })]),
  ];
}
