import type { Flag } from '../cobra/index.ts';

const text = (name: string, usage: string, fallback = ''): Flag => ({
  name,
  type: 'string',
  usage,
  ...(fallback === '' ? {} : { default: fallback }),
});
const list = (name: string, usage: string, fallback = '[]'): Flag => ({
  name,
  type: 'stringSlice',
  usage,
  default: fallback,
});
const yes = (name: string, usage: string): Flag => ({ name, type: 'bool', usage });
const time = (name: string, usage: string, fallback: string): Flag => ({
  name,
  type: 'duration',
  usage,
  default: fallback,
});

/** fluxd's flags that work here, with fluxd's names and defaults. */
export const fluxdFlags: readonly Flag[] = [
  text('log-format', 'change the log format: fmt or json', 'fmt'),
  {
    ...text('listen', 'address where the Flux API and /metrics are served', ':3030'),
    shorthand: 'l',
  },
  text('listen-metrics', 'address for /metrics alone; with the API when empty'),
  yes('version', 'print the version'),
  text('git-url', 'URL of the git repository with the manifests'),
  text('git-branch', 'branch to sync, and to commit to', 'master'),
  list('git-path', 'relative paths within the repository to read'),
  yes('git-readonly', 'never write to the repository; the state is kept in the Secret'),
  text('git-user', 'name of the committer', 'Weave Flux'),
  text('git-email', 'e-mail address of the committer', 'support@weave.works'),
  text('git-label', 'name of both the sync tag and the notes ref'),
  text('git-sync-tag', 'tag that marks what was applied last', 'flux-sync'),
  text('git-notes-ref', 'ref of the notes that go with commits', 'flux'),
  yes('git-ci-skip', 'append "[ci skip]" to commit messages'),
  text('git-ci-skip-message', 'append this text to commit messages'),
  time('git-poll-interval', 'how often the repository is fetched', '5m0s'),
  time('git-timeout', 'limit of one git operation', '20s'),
  time('sync-interval', 'how often everything is applied anew', '5m0s'),
  time('sync-timeout', 'limit of a whole sync', '1m0s'),
  yes('sync-garbage-collection', 'delete what left the repository'),
  yes('sync-garbage-collection-dry', 'only log what would be deleted'),
  text('sync-state', 'where the synced revision is kept: git (a tag) or secret', 'git'),
  yes('manifest-generation', 'honour .flux.yaml files'),
  yes('registry-disable-scanning', 'do not scan registries for images'),
  time('automation-interval', 'how often images are looked at for automation', '5m0s'),
  {
    ...time('registry-poll-interval', 'how often images are looked at', '5m0s'),
    deprecated: 'use --automation-interval',
  },
  {
    name: 'registry-burst',
    type: 'int',
    usage: 'images fetched from one registry at a time',
    default: '10',
  },
  list('registry-insecure-host', 'registries that are spoken to over plain HTTP'),
  list('registry-exclude-image', 'globs of images that are never scanned', '[k8s.gcr.io/*]'),
  list('registry-include-image', 'globs of images that are scanned; all when empty'),
  list(
    'registry-use-labels',
    'globs of images whose build-date labels count as creation time',
    '[index.docker.io/weaveworks/*,index.docker.io/fluxcd/*]',
  ),
  text('k8s-secret-name', 'Secret that holds the SSH key', 'flux-git-deploy'),
  text('k8s-secret-data-key', 'key of that Secret with the private key', 'identity'),
  list('k8s-allow-namespace', 'namespaces that may be changed; all when empty'),
  {
    ...list('k8s-namespace-whitelist', 'namespaces that may be changed'),
    deprecated: 'use --k8s-allow-namespace',
  },
  text('k8s-default-namespace', 'namespace of manifests that name none'),
  { name: 'ssh-keygen-bits', type: 'int', usage: 'length of a new SSH key', default: '3072' },
];

/** Accepted with a word: what they steered in fluxd does not exist here. */
export const emptyFlags: readonly Flag[] = [
  ['kubernetes-kubectl', 'kubectl is not used'],
  ['memcached-hostname', 'there is no memcached'],
  ['memcached-port', 'there is no memcached'],
  ['memcached-timeout', 'there is no memcached'],
  ['memcached-service', 'there is no memcached'],
  ['registry-cache-expiry', 'it had no effect in Flux either'],
  ['k8s-in-cluster', 'it is found out'],
  ['kube-config', 'use --kubeconfig'],
  ['k8s-secret-volume-mount-path', 'the Secret is read over the API'],
  ['ssh-keygen-dir', 'the key is kept in the Secret'],
].map(([name = '', deprecated = '']) => ({
  name,
  type: 'string',
  bare: 'true',
  usage: '',
  hidden: true,
  deprecated,
}));

/** fluxd's flags whose feature is missing: refused by name, unless the value asks for nothing. */
export const refusedFlags: Readonly<Record<string, readonly string[]>> = {
  'git-set-author': ['false'],
  'git-secret': ['false'],
  sops: ['false'],
  'git-gpg-key-import': [''],
  'git-signing-key': [''],
  'git-verify-signatures': ['false'],
  'git-verify-signatures-mode': ['none'],
  'registry-rps': [],
  'registry-trace': ['false'],
  'registry-ecr-region': [''],
  'registry-ecr-include-id': [''],
  'registry-ecr-exclude-id': [''],
  'registry-require': [''],
  'docker-config': [''],
  'k8s-unsafe-exclude-resource': [],
  'k8s-verbosity': ['0'],
  'ssh-keygen-type': ['', 'rsa'],
  'ssh-keygen-format': ['', 'PEM'],
  connect: [''],
  token: [''],
  'rpc-timeout': [],
};

/** Our own. */
export const ownFlags: readonly Flag[] = [
  text('kubeconfig', 'kubeconfig of the cluster; in a pod its service account is used'),
  text('context', 'context of the kubeconfig'),
  text('namespace', "namespace of the operator's own objects (the pod's, else fluxcd)"),
  { ...text('data-dir', 'folder for mirrors and charts; may be lost'), env: 'TRICE_DATA' },
  text('git-charts-path', 'folder of the repository with the charts of FluxHelmReleases'),
  text('ssh-known-hosts', 'file with more SSH host keys, besides those of the known forges'),
  text('gateway-listen', 'address of the function gateway; empty: not served', ':8080'),
  text('seal-listen', "address of the Sealed Secrets controller's API; empty: not served", ':8081'),
];

/** All flags of `trice operator`. */
export const flags: readonly Flag[] = [
  ...fluxdFlags,
  ...ownFlags,
  ...emptyFlags,
  ...Object.keys(refusedFlags).map((name): Flag => ({
    name,
    type: 'string',
    bare: 'true',
    usage: '',
    hidden: true,
  })),
];
