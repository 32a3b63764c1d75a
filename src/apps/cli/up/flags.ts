import type { Flag } from '../cobra/index.ts';

const switched = (name: string, usage: string): Flag => ({
  name,
  type: 'string',
  default: 'on',
  usage,
});

/** What a cluster is told for a suite of tests that brings its own nodes, tokens and expectations. */
const clusterFlags: readonly Flag[] = [
  {
    name: 'profile',
    type: 'string',
    default: 'modern',
    usage: 'Kubernetes that the API server is like: `modern` (1.33) or legacy (1.20)',
  },
  switched('features', '`off`: the cluster, git server and registry alone'),
  switched('workloads', '`off`: no scheduler and no runtime, so that pods stay Pending'),
  {
    name: 'node',
    type: 'string',
    default: 'trice',
    usage: '`none`: no node object, and nothing that runs pods',
  },
  switched('service-account-admission', '`off`: pods get no service account and no token'),
  {
    name: 'service-cidr',
    type: 'string',
    usage: '`range` of service addresses (default is a loopback range of this data folder)',
  },
  {
    name: 'token-auth-file',
    type: 'string',
    usage: '`file` of bearer tokens, lines of token,user,uid,"group1,group2"',
  },
  {
    name: 'client-ca-file',
    type: 'string',
    usage: '`file` of further authorities whose client certificates are believed',
  },
];

const port = (name: string, fallback: number, what: string): Flag => ({
  name: `${name}-port`,
  type: 'int',
  default: String(fallback),
  usage: `port of the ${what}, 0 for any free one`,
});

/** The flags of `trice up`. */
export const flags: readonly Flag[] = [
  {
    name: 'data',
    type: 'string',
    usage: 'folder that holds all state (default ~/.trice)',
    env: 'TRICE_DATA',
  },
  port('api', 6443, 'API server'),
  port('git', 3000, 'git server'),
  port('registry', 5000, 'image registry'),
  port('gateway', 8080, 'function gateway'),
  port('ui', 8088, 'status page'),
  port('ingress', 0, 'router of Ingresses'),
  port('ingress-tls', 0, 'router of Ingresses, with TLS'),
  {
    name: 'protect-branch',
    type: 'stringArray',
    usage: 'the git server refuses to delete or rewrite this `branch`, e.g. main or release/*',
  },
  {
    name: 'max-push-bytes',
    type: 'int',
    usage: 'the git server refuses a push that brings more; 0 for any size',
  },
  { name: 'demo', type: 'bool', usage: 'push the demo repository and build its functions' },
  {
    name: 'engine',
    type: 'string',
    usage: 'run pods with `podman` or docker; without it they run only what no process can',
    env: 'TRICE_ENGINE',
  },
  {
    name: 'runtime-args',
    type: 'stringArray',
    usage: 'give the engine these `arguments`, parted by spaces, for every container',
  },
  {
    name: 'engine-arg',
    type: 'stringArray',
    usage: 'one more `argument` for the engine, which may hold spaces',
  },
  ...clusterFlags,
  {
    name: 'output',
    shorthand: 'o',
    type: 'string',
    usage: 'print the endpoints as `json` when ready',
  },
  { name: 'verbose', shorthand: 'v', type: 'bool', usage: 'also write the log to standard error' },
];
