/** What a kubeconfig needs: where the server is and how to prove who one is. */
export interface KubeconfigOptions {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly pki: {
    readonly caPem: string;
    readonly clientCertPem: string;
    readonly clientKeyPem: string;
  };
  /** Name of the cluster, user and context; `trice` unless told otherwise. */
  readonly name?: string;
  /** Namespace of the context. */
  readonly namespace?: string;
}

/** The text of a kubeconfig with one cluster, one user (client certificate) and one context. */
export function kubeconfigText(options: KubeconfigOptions): string {
  const { server, pki, name = 'trice', namespace } = options;
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  return [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    '- cluster:',
    `    certificate-authority-data: ${base64(pki.caPem)}`,
    `    server: ${server}`,
    `  name: ${name}`,
    'contexts:',
    '- context:',
    `    cluster: ${name}`,
    ...(namespace === undefined ? [] : [`    namespace: ${namespace}`]),
    `    user: ${name}`,
    `  name: ${name}`,
    `current-context: ${name}`,
    'preferences: {}',
    'users:',
    `- name: ${name}`,
    '  user:',
    `    client-certificate-data: ${base64(pki.clientCertPem)}`,
    `    client-key-data: ${base64(pki.clientKeyPem)}`,
    '',
  ].join('\n');
}
