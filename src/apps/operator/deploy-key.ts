import { isRecord, type Run } from '../../base/index.ts';
import { createDeployKey, isSshUrl, type DeployKeyPorts } from '../../features/sync/index.ts';
import type { SshKey } from '../../lib/git/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import type { OperatorPorts } from './start-operator.ts';

/** Which Secret holds the SSH key, and how a new one is made. */
export type DeployKeyChoice = Partial<
  Pick<DeployKeyPorts, 'dataKey' | 'knownHostsFile' | 'bits'>
> & {
  readonly secretName?: string;
};

/** Name of the Secret with the SSH key. */
export function secretNameOf({ deployKey }: Pick<OperatorPorts, 'deployKey'>): string {
  return deployKey?.secretName ?? 'flux-git-deploy';
}

/**
 * Where a repository needs it, the key is made and laid down before anything fetches; one that someone
 * puts into the Secret later is used from then on.
 */
export async function withDeployKey(
  ports: OperatorPorts,
): Promise<{ deployKey: ReturnType<typeof createDeployKey>; ssh?: SshKey }> {
  const { clock, signal } = ports;
  const log = ports.log.with({ component: 'cluster' });
  const deployKey = createDeployKey({
    ...ports.deployKey,
    cluster: ports.cluster,
    log: ports.log,
    secret: { namespace: ports.namespace, name: secretNameOf(ports) },
    dir: `${ports.dataDir}/ssh`,
  });
  const isNeeded = ports.repositories.some(({ url }) => isSshUrl(url));
  // Charts may come over SSH where nothing is synced that way: a key that is there is used for them.
  if (!isNeeded && !(await hasKey(ports))) return { deployKey };
  const ssh = await deployKey.install();
  deployKey.follow({ clock, signal, log } satisfies Run);
  return { deployKey, ssh };
}

async function hasKey(ports: OperatorPorts): Promise<boolean> {
  const key = { namespace: ports.namespace, name: secretNameOf(ports) };
  const secret = await ports.cluster.get(kinds.Secret, key);
  const data = isRecord(secret?.['data']) ? secret['data'] : {};
  return typeof data[ports.deployKey?.dataKey ?? 'identity'] === 'string';
}
