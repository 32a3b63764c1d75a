import { KnownError } from '../../../base/index.ts';
import { readReport, stateLabel } from '../../../features/sync/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import type { Call, Flag } from '../cobra/index.ts';
import { connectCluster } from '../connect-cluster.ts';

/** What the sync says of one repository. */
export type Report = ReturnType<typeof readReport>;

/** Which cluster is meant. */
export const clusterFlags: readonly Flag[] = [
  { name: 'kubeconfig', type: 'string', usage: 'path of the kubeconfig file' },
  { name: 'context', type: 'string', usage: 'context of the kubeconfig' },
];

/** The reports of all repositories, or of the one that is named, from the objects in the cluster. */
export async function reportsOf({ args, flags, io }: Call): Promise<Report[]> {
  const [kubeconfig, context] = [flags.string('kubeconfig'), flags.string('context')];
  const { cluster } = await connectCluster(io, {
    ...(kubeconfig === '' ? {} : { kubeconfig }),
    ...(context === '' ? {} : { context }),
  });
  const [wanted] = args;
  const { items } = await cluster.list(kinds.ConfigMap, { labelSelector: stateLabel });
  const reports = items
    .map(readReport)
    .filter(({ name }) => wanted === undefined || wanted === name)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (wanted !== undefined && reports.length === 0) {
    throw new KnownError('not-found', `no repository is named "${wanted}"`);
  }
  return reports;
}
