import { featureNames } from '../../operator/index.ts';
import { defaultLeaseTimes } from '../../../lib/controller/index.ts';
import type { Flag } from '../cobra/index.ts';
import { list, text, time, yes } from './flag-kinds.ts';

const seconds = (ms: number): string => `${ms / 1000}s`;

/** Our own flags. */
export const ownFlags: readonly Flag[] = [
  text('kubeconfig', "kubeconfig of the cluster; in a pod, its account's"),
  text('context', 'context of the kubeconfig'),
  text('master', 'URL of the API server, over that of the kubeconfig'),
  text('namespace', "namespace of our own objects (the pod's, else fluxcd)"),
  { ...text('data-dir', 'folder for mirrors and charts; may be lost'), env: 'TRICE_DATA' },
  text('log-level', 'debug, info, warn or error', 'info'),
  list('features', 'what runs', `[${featureNames.join(',')}]`),
  text('repositories', 'file with a list of repositories, besides --git-url'),
  text('git-https-secret', 'Secret with username and password for https'),
  text('ssh-known-hosts', 'file with more SSH host keys'),
  text('ssh-allowed-signers', 'file of those whose SSH signatures count'),
  text('sops-secret', 'Secret with *.agekey and *.asc keys for SOPS', 'sops-keys'),
  yes('sync-on-drift', 'undo changes by hand at once'),
  yes('sync-strict', 'one bad file stops the whole sync, as in fluxd'),
  yes('sync-server-side', 'apply on the server, by field ownership'),
  text('cloud-events', 'URL that gets every event as a CloudEvent'),
  text('receiver-config', 'fluxrecv.yaml: webhooks of forges and registries'),
  text('receiver-listen', 'address of the webhook receiver', ':8082'),
  text('gateway-listen', 'address of the function gateway; empty: none', ':8080'),
  {
    ...text('seal-listen', 'address of the sealed secrets API; empty: none', ':8081'),
    env: 'SEALED_SECRETS_LISTEN_ADDR',
  },
  text('seal-namespace', "namespace of the sealed secrets' keys", 'kube-system'),
  yes('leader-elect', 'of several operators one works, by a Lease', 'true'),
  time(
    'leader-elect-lease-duration',
    'how long a silent leader is waited for',
    seconds(defaultLeaseTimes.leaseMs),
  ),
  time(
    'leader-elect-renew-deadline',
    'a leader stops after so long without renewal',
    seconds(defaultLeaseTimes.renewDeadlineMs),
  ),
  time(
    'leader-elect-retry-period',
    'pause between two looks at the Lease',
    seconds(defaultLeaseTimes.retryMs),
  ),
  text('leader-elect-resource-name', 'name of the Lease', 'trice-operator'),
];
