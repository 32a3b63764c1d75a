import type { Flag, FlagValues } from '../cobra/index.ts';

/** A flag as kubeseal's help shows it. */
export interface KubesealFlag extends Flag {
  /** What stands for the value, where it is not the type's own name. */
  readonly typeName?: string;
}

/** Every flag can also be given as `SEALED_SECRETS_<NAME>`; the command line wins. */
function withEnv(flags: readonly KubesealFlag[]): KubesealFlag[] {
  return flags.map((flag) => ({
    ...flag,
    env: `SEALED_SECRETS_${flag.name.toUpperCase().replaceAll('-', '_')}`,
  }));
}

const own: readonly KubesealFlag[] = [
  { name: 'allow-empty-data', type: 'bool', usage: 'Allow empty data in the secret object' },
  { name: 'as', type: 'string', usage: 'Username to impersonate for the operation' },
  {
    name: 'as-group',
    type: 'stringArray',
    usage:
      'Group to impersonate for the operation, this flag can be repeated to specify multiple groups.',
  },
  { name: 'as-uid', type: 'string', usage: 'UID to impersonate for the operation' },
  {
    name: 'cert',
    type: 'string',
    usage: 'Certificate / public key file/URL to use for encryption. Overrides --controller-*',
  },
  {
    name: 'certificate-authority',
    type: 'string',
    usage: 'Path to a cert file for the certificate authority',
  },
  {
    name: 'client-certificate',
    type: 'string',
    usage: 'Path to a client certificate file for TLS',
  },
  { name: 'client-key', type: 'string', usage: 'Path to a client key file for TLS' },
  { name: 'cluster', type: 'string', usage: 'The name of the kubeconfig cluster to use' },
  { name: 'context', type: 'string', usage: 'The name of the kubeconfig context to use' },
  {
    name: 'controller-name',
    type: 'string',
    default: 'sealed-secrets-controller',
    usage: 'Name of sealed-secrets controller.',
  },
  {
    name: 'controller-namespace',
    type: 'string',
    default: 'kube-system',
    usage: 'Namespace of sealed-secrets controller.',
  },
  {
    name: 'disable-compression',
    type: 'bool',
    usage: 'If true, opt-out of response compression for all requests to the server',
  },
  {
    name: 'fetch-cert',
    type: 'bool',
    usage: 'Write certificate to stdout. Useful for later use with --cert',
  },
  {
    name: 'format',
    shorthand: 'o',
    type: 'string',
    default: 'json',
    usage: 'Output format for sealed secret. Either json or yaml',
  },
  {
    name: 'from-file',
    type: 'stringSlice',
    usage:
      '(only with --raw) Secret items can be sourced from files. Pro-tip: you can use /dev/stdin to read pipe input. This flag tries to follow the same syntax as in kubectl',
  },
  { name: 'help', type: 'bool', usage: 'Print this help message' },
  {
    name: 'insecure-skip-tls-verify',
    type: 'bool',
    usage:
      "If true, the server's certificate will not be checked for validity. This will make your HTTPS connections insecure",
  },
  {
    name: 'kubeconfig',
    type: 'string',
    usage: 'Path to a kube config. Only required if out-of-cluster',
  },
  {
    name: 'merge-into',
    type: 'string',
    usage:
      'Merge items from secret into an existing sealed secret file, updating the file in-place instead of writing to stdout.',
  },
  {
    name: 'name',
    type: 'string',
    usage: 'Name of the sealed secret (required with --raw and default (strict) scope)',
  },
  {
    name: 'namespace',
    shorthand: 'n',
    type: 'string',
    usage: 'If present, the namespace scope for this CLI request',
  },
  {
    name: 'password',
    type: 'string',
    usage: 'Password for basic authentication to the API server',
  },
  {
    name: 'proxy-url',
    type: 'string',
    usage: 'If provided, this URL will be used to connect via proxy',
  },
  {
    name: 'raw',
    type: 'bool',
    usage: 'Encrypt a raw value passed via the --from-* flags instead of the whole secret object',
  },
  {
    name: 're-encrypt',
    type: 'bool',
    usage: 'Re-encrypt the given sealed secret to use the latest cluster key.',
  },
  {
    name: 'recovery-private-key',
    type: 'stringSlice',
    usage:
      'Private key filename used by the --recovery-unseal command. Multiple files accepted either via comma separated list or by repetition of the flag. Either PEM encoded private keys or a backup of a json/yaml encoded k8s sealed-secret controller secret (and v1.List) are accepted. ',
  },
  {
    name: 'recovery-unseal',
    type: 'bool',
    usage:
      'Decrypt a sealed secrets file obtained from stdin, using the private key passed with --recovery-private-key. Intended to be used in disaster recovery mode.',
  },
  {
    name: 'request-timeout',
    type: 'string',
    default: '0',
    usage:
      "The length of time to wait before giving up on a single server request. Non-zero values should contain a corresponding time unit (e.g. 1s, 2m, 3h). A value of zero means don't timeout requests.",
  },
  {
    name: 'scope',
    type: 'string',
    default: 'strict',
    usage:
      "Set the scope of the sealed secret: strict, namespace-wide, cluster-wide (defaults to strict). Mandatory for --raw, otherwise the 'sealedsecrets.bitnami.com/cluster-wide' and 'sealedsecrets.bitnami.com/namespace-wide' annotations on the input secret can be used to select the scope.",
  },
  {
    name: 'sealed-secret-file',
    shorthand: 'w',
    type: 'string',
    usage: 'Sealed-secret (output) file',
  },
  { name: 'secret-file', shorthand: 'f', type: 'string', usage: 'Secret (input) file' },
  { name: 'server', type: 'string', usage: 'The address and port of the Kubernetes API server' },
  {
    name: 'tls-server-name',
    type: 'string',
    usage:
      'If provided, this name will be used to validate server certificate. If this is not provided, hostname used to contact the server is used.',
  },
  { name: 'token', type: 'string', usage: 'Bearer token for authentication to the API server' },
  { name: 'user', type: 'string', usage: 'The name of the kubeconfig user to use' },
  {
    name: 'username',
    type: 'string',
    usage: 'Username for basic authentication to the API server',
  },
  { name: 'validate', type: 'bool', usage: 'Validate that the sealed secret can be decrypted' },
  { name: 'version', type: 'bool', usage: 'Print version information and exit' },
  { name: 'rotate', type: 'bool', usage: '', deprecated: 'please use --re-encrypt instead' },
];

/**
 * Flags of Go's logger. Of them `-v` tells requests; those that ask for what holds here anyway (the
 * log goes to standard error, without headers) are taken; the rest is refused, see `refusedFlag`.
 */
const logging: readonly KubesealFlag[] = [
  {
    name: 'add_dir_header',
    type: 'bool',
    usage: 'If true, adds the file directory to the header of the log messages',
  },
  {
    name: 'alsologtostderr',
    type: 'bool',
    usage: 'log to standard error as well as files (no effect when -logtostderr=true)',
  },
  {
    name: 'log_backtrace_at',
    type: 'string',
    typeName: 'traceLocation',
    default: ':0',
    usage: 'when logging hits line file:N, emit a stack trace',
  },
  {
    name: 'log_dir',
    type: 'string',
    usage: 'If non-empty, write log files in this directory (no effect when -logtostderr=true)',
  },
  {
    name: 'log_file',
    type: 'string',
    usage: 'If non-empty, use this log file (no effect when -logtostderr=true)',
  },
  {
    name: 'log_file_max_size',
    type: 'int',
    typeName: 'uint',
    default: '1800',
    usage:
      'Defines the maximum size a log file can grow to (no effect when -logtostderr=true). Unit is megabytes. If the value is 0, the maximum file size is unlimited.',
  },
  {
    name: 'logtostderr',
    type: 'bool',
    default: 'true',
    usage: 'log to standard error instead of files',
  },
  {
    name: 'one_output',
    type: 'bool',
    usage:
      'If true, only write logs to their native severity level (vs also writing to each lower severity level; no effect when -logtostderr=true)',
  },
  {
    name: 'skip_headers',
    type: 'bool',
    usage: 'If true, avoid header prefixes in the log messages',
  },
  {
    name: 'skip_log_headers',
    type: 'bool',
    usage: 'If true, avoid headers when opening log files (no effect when -logtostderr=true)',
  },
  {
    name: 'stderrthreshold',
    type: 'int',
    typeName: 'severity',
    default: '2',
    usage:
      'logs at or above this threshold go to stderr when writing to files and stderr (no effect when -logtostderr=true or -alsologtostderr=true)',
  },
  {
    name: 'v',
    shorthand: 'v',
    type: 'int',
    typeName: 'Level',
    usage: 'number for the log level verbosity',
  },
  {
    name: 'vmodule',
    type: 'string',
    typeName: 'moduleSpec',
    usage: 'comma-separated list of pattern=N settings for file-filtered logging',
  },
];

/** All flags of kubeseal. */
export const flags: readonly KubesealFlag[] = [...withEnv(own), ...logging];

const logFiles = 'the log goes to standard error only';
const oneLevel = 'requests are all that is logged, with -v 6 and above';
const refused: Readonly<Record<string, string>> = {
  add_dir_header: oneLevel,
  log_backtrace_at: oneLevel,
  log_dir: logFiles,
  log_file: logFiles,
  log_file_max_size: logFiles,
  one_output: oneLevel,
  stderrthreshold: oneLevel,
  vmodule: oneLevel,
};

/** Why a flag that was given cannot be heeded; undefined when all can. */
export function refusedFlag(given: FlagValues): string | undefined {
  const name = Object.keys(refused).find((each) => given.changed(each));
  if (name !== undefined) return `--${name} is not supported: ${refused[name]}`;
  const hasFiles = given.changed('logtostderr') && !given.bool('logtostderr');
  return hasFiles ? `--logtostderr=false is not supported: ${logFiles}` : undefined;
}
