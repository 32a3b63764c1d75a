import type { Flag } from '../cobra/index.ts';

/** Where a gateway is when nobody says otherwise. */
export const defaultGateway = 'http://127.0.0.1:8080';

/** Flags of every command that calls the gateway. */
export const gatewayFlags: readonly Flag[] = [
  {
    name: 'gateway',
    shorthand: 'g',
    type: 'string',
    default: defaultGateway,
    usage: 'Gateway URL starting with http(s)://',
  },
  { name: 'tls-no-verify', type: 'bool', usage: 'Disable TLS validation' },
  {
    name: 'token',
    shorthand: 'k',
    type: 'string',
    usage: 'Pass a JWT token to use instead of basic auth',
  },
  { name: 'namespace', shorthand: 'n', type: 'string', usage: 'Namespace of the function' },
];

/** Of every command that reads a stack file. */
export const envsubstFlag: Flag = {
  name: 'envsubst',
  type: 'bool',
  default: 'true',
  usage: 'Substitute environment variables in stack.yaml file',
};

/** `--tag` */
export const tagFlag: Flag = {
  name: 'tag',
  type: 'string',
  default: 'latest',
  usage:
    "Override latest tag on function Docker image, accepts 'latest', 'sha', 'branch', or 'describe'",
};

/** `--parallel` */
export const parallelFlag: Flag = {
  name: 'parallel',
  type: 'int',
  default: '1',
  usage: 'Build in parallel to depth specified.',
};
