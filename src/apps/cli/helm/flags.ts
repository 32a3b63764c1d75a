import type { Flag } from '../cobra/index.ts';

/** Flags of every helm command. */
export const globalFlags: readonly Flag[] = [
  {
    name: 'burst-limit',
    type: 'int',
    default: '100',
    usage: 'client-side default throttling limit',
  },
  { name: 'debug', type: 'bool', usage: 'enable verbose output', env: 'HELM_DEBUG' },
  {
    name: 'kube-context',
    type: 'string',
    usage: 'name of the kubeconfig context to use',
    env: 'HELM_KUBECONTEXT',
  },
  {
    name: 'kube-apiserver',
    type: 'string',
    usage: 'the address and the port for the Kubernetes API server',
    env: 'HELM_KUBEAPISERVER',
  },
  {
    name: 'kube-as-group',
    type: 'stringArray',
    usage:
      'group to impersonate for the operation, this flag can be repeated to specify multiple groups.',
  },
  {
    name: 'kube-as-user',
    type: 'string',
    usage: 'username to impersonate for the operation',
    env: 'HELM_KUBEASUSER',
  },
  {
    name: 'kube-ca-file',
    type: 'string',
    usage: 'the certificate authority file for the Kubernetes API server connection',
    env: 'HELM_KUBECAFILE',
  },
  {
    name: 'kube-insecure-skip-tls-verify',
    type: 'bool',
    usage:
      "if true, the Kubernetes API server's certificate will not be checked for validity. This will make your HTTPS connections insecure",
    env: 'HELM_KUBEINSECURE_SKIP_TLS_VERIFY',
  },
  {
    name: 'kube-tls-server-name',
    type: 'string',
    usage:
      'server name to use for Kubernetes API server certificate validation. If it is not provided, the hostname used to contact the server is used',
    env: 'HELM_KUBETLS_SERVER_NAME',
  },
  {
    name: 'kube-token',
    type: 'string',
    usage: 'bearer token used for authentication',
    env: 'HELM_KUBETOKEN',
  },
  { name: 'kubeconfig', type: 'string', usage: 'path to the kubeconfig file' },
  {
    name: 'namespace',
    shorthand: 'n',
    type: 'string',
    usage: 'namespace scope for this request',
    env: 'HELM_NAMESPACE',
  },
  {
    name: 'qps',
    type: 'float',
    usage:
      'queries per second used when communicating with the Kubernetes API, not including bursting',
  },
  {
    name: 'registry-config',
    type: 'string',
    usage: 'path to the registry config file',
    env: 'HELM_REGISTRY_CONFIG',
  },
  {
    name: 'repository-cache',
    type: 'string',
    usage: 'path to the directory containing cached repository indexes',
    env: 'HELM_REPOSITORY_CACHE',
  },
  {
    name: 'repository-config',
    type: 'string',
    usage: 'path to the file containing repository names and URLs',
    env: 'HELM_REPOSITORY_CONFIG',
  },
];

/** `-f`, `--set` and its relatives. */
export const valuesFlags: readonly Flag[] = [
  {
    name: 'values',
    shorthand: 'f',
    type: 'stringSlice',
    usage: 'specify values in a YAML file or a URL (can specify multiple)',
  },
  {
    name: 'set',
    type: 'stringArray',
    usage:
      'set values on the command line (can specify multiple or separate values with commas: key1=val1,key2=val2)',
  },
  {
    name: 'set-file',
    type: 'stringArray',
    usage:
      'set values from respective files specified via the command line (can specify multiple or separate values with commas: key1=path1,key2=path2)',
  },
  {
    name: 'set-json',
    type: 'stringArray',
    usage:
      'set JSON values on the command line (can specify multiple or separate values with commas: key1=jsonval1,key2=jsonval2)',
  },
  {
    name: 'set-literal',
    type: 'stringArray',
    usage: 'set a literal STRING value on the command line',
  },
  {
    name: 'set-string',
    type: 'stringArray',
    usage:
      'set STRING values on the command line (can specify multiple or separate values with commas: key1=val1,key2=val2)',
  },
];

/** Certificates for a repository. */
export const tlsFlags: readonly Flag[] = [
  {
    name: 'ca-file',
    type: 'string',
    usage: 'verify certificates of HTTPS-enabled servers using this CA bundle',
  },
  {
    name: 'cert-file',
    type: 'string',
    usage: 'identify HTTPS client using this SSL certificate file',
  },
  {
    name: 'insecure-skip-tls-verify',
    type: 'bool',
    usage: 'skip tls certificate checks for the chart download',
  },
  { name: 'key-file', type: 'string', usage: 'identify HTTPS client using this SSL key file' },
];

/** Who asks a registry or repository, and how. */
export const loginFlags: readonly Flag[] = [
  ...tlsFlags,
  {
    name: 'password',
    type: 'string',
    usage: 'chart repository password where to locate the requested chart',
  },
  {
    name: 'plain-http',
    type: 'bool',
    usage: 'use insecure HTTP connections for the chart download',
  },
  {
    name: 'username',
    type: 'string',
    usage: 'chart repository username where to locate the requested chart',
  },
];

/** `--keyring`; what would use it is refused. */
export const keyringFlag: Flag = {
  name: 'keyring',
  type: 'string',
  usage: 'location of public keys used for verification (not supported)',
};

/** Where a chart comes from. */
export const chartFlags: readonly Flag[] = [
  ...loginFlags,
  keyringFlag,
  { name: 'pass-credentials', type: 'bool', usage: 'pass credentials to all domains' },
  {
    name: 'repo',
    type: 'string',
    usage: 'chart repository url where to locate the requested chart',
  },
  { name: 'verify', type: 'bool', usage: 'verify the package before using it' },
  {
    name: 'version',
    type: 'string',
    usage:
      'specify a version constraint for the chart version to use. This constraint can be a specific tag (e.g. 1.1.1) or it may reference a valid range (e.g. ^2.0.0). If this is not specified, the latest version is used',
  },
  {
    name: 'devel',
    type: 'bool',
    usage:
      "use development versions, too. Equivalent to version '>0.0.0-0'. If --version is set, this is ignored",
  },
];

/** `-o table|json|yaml`. */
export const outputFlag: Flag = {
  name: 'output',
  shorthand: 'o',
  type: 'string',
  default: 'table',
  usage: 'prints the output in the specified format. Allowed values: table, json, yaml',
};

/** How a new release gets its name. */
export const nameTemplateFlag: Flag = {
  name: 'name-template',
  type: 'string',
  usage: 'specify template used to name the release',
};

/** What install, upgrade and template share. */
export const deployFlags: readonly Flag[] = [
  {
    name: 'atomic',
    type: 'bool',
    usage:
      'if set, the installation process deletes the installation on failure. The --wait flag will be set automatically if --atomic is used',
  },
  { name: 'create-namespace', type: 'bool', usage: 'create the release namespace if not present' },
  {
    name: 'dependency-update',
    type: 'bool',
    usage: 'update dependencies if they are missing before installing the chart',
  },
  { name: 'description', type: 'string', usage: 'add a custom description' },
  {
    name: 'disable-openapi-validation',
    type: 'bool',
    usage:
      'if set, the installation process will not validate rendered templates against the Kubernetes OpenAPI Schema. As with any current server, that is never done by the client: the server itself judges fields',
  },
  {
    name: 'dry-run',
    type: 'string',
    bare: 'client',
    usage:
      "simulate an install. If --dry-run is set with no option being specified or as '--dry-run=client', it will not attempt cluster connections. Setting '--dry-run=server' allows attempting cluster connections.",
  },
  { name: 'enable-dns', type: 'bool', usage: 'enable DNS lookups when rendering templates' },
  { name: 'force', type: 'bool', usage: 'force resource updates through a replacement strategy' },
  {
    name: 'hide-notes',
    type: 'bool',
    usage:
      'if set, do not show notes in install output. Does not affect presence in chart metadata',
  },
  {
    name: 'labels',
    shorthand: 'l',
    type: 'stringToString',
    usage: 'Labels that would be added to release metadata. Should be divided by comma.',
  },
  { name: 'no-hooks', type: 'bool', usage: 'prevent hooks from running during install' },
  {
    name: 'post-renderer',
    type: 'string',
    usage: 'the path to an executable to be used for post rendering (not supported)',
  },
  {
    name: 'post-renderer-args',
    type: 'stringSlice',
    usage: 'an argument to the post-renderer (can specify multiple) (not supported)',
  },
  {
    name: 'render-subchart-notes',
    type: 'bool',
    usage: 'if set, render subchart notes along with the parent',
  },
  {
    name: 'skip-crds',
    type: 'bool',
    usage:
      'if set, no CRDs will be installed. By default, CRDs are installed if not already present',
  },
  {
    name: 'skip-schema-validation',
    type: 'bool',
    usage: 'if set, disables JSON schema validation',
  },
  {
    name: 'take-ownership',
    type: 'bool',
    usage:
      'if set, install will ignore the check for helm annotations and take ownership of the existing resources',
  },
  {
    name: 'timeout',
    type: 'duration',
    default: '5m0s',
    usage: 'time to wait for any individual Kubernetes operation (like Jobs for hooks)',
  },
  {
    name: 'wait',
    type: 'bool',
    usage:
      'if set, will wait until all Pods, PVCs, Services, and minimum number of Pods of a Deployment, StatefulSet, or ReplicaSet are in a ready state before marking the release as successful. It will wait for as long as --timeout',
  },
  {
    name: 'wait-for-jobs',
    type: 'bool',
    usage:
      'if set and --wait enabled, will wait until all Jobs have been completed before marking the release as successful. It will wait for as long as --timeout',
  },
];
