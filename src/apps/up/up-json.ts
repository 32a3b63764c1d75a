import { isRecord } from '../../base/index.ts';
import { kinds, type Cluster } from '../../lib/kube/index.ts';
import type { DataDir } from './data-dir.ts';
import type { Endpoint } from './options.ts';

/** What `DIR/up.json` says: where everything is. Passwords stand in the files it names. */
export interface UpJson {
  readonly pid: number;
  readonly dataDir: string;
  readonly endpoints: Of<string>;
  readonly ports: Of<number>;
  readonly kubeconfig: string;
  /** Files, each `{"username": …, "password": …}`, mode 0600. */
  readonly credentials: { readonly git: string; readonly gateway?: string };
}

/** Gateway and status page are features, the router of Ingresses is the node's: not there without them. */
type Of<T> = Readonly<Record<'api' | 'git' | 'registry', T>> &
  Readonly<Partial<Record<Endpoint, T>>>;

export interface WriteUpJson {
  readonly dir: DataDir;
  readonly cluster: Cluster;
  readonly ports: Of<number>;
  readonly pid: number;
}

/** Writes `up.json`, and the gateway's login beside it for people and scripts. */
export async function writeUpJson({ dir, cluster, ports, pid }: WriteUpJson): Promise<UpJson> {
  const { gateway, ui, ingress, ingressTls } = ports;
  const hasGateway = gateway !== undefined;
  if (hasGateway) {
    const login = await gatewayLogin(cluster);
    await dir.write('gateway-credentials.json', `${JSON.stringify(login)}\n`, true);
  }
  const up: UpJson = {
    pid,
    dataDir: dir.path,
    endpoints: {
      api: `https://127.0.0.1:${ports.api}`,
      git: `http://localhost:${ports.git}`,
      registry: `http://localhost:${ports.registry}`,
      ...(hasGateway ? { gateway: `http://localhost:${gateway}` } : {}),
      ...(ui === undefined ? {} : { ui: `http://localhost:${ui}` }),
      ...(ingress === undefined ? {} : { ingress: `http://localhost:${ingress}` }),
      ...(ingressTls === undefined ? {} : { ingressTls: `https://localhost:${ingressTls}` }),
    },
    ports,
    kubeconfig: dir.file('kubeconfig'),
    credentials: {
      git: dir.file('git-credentials.json'),
      ...(hasGateway ? { gateway: dir.file('gateway-credentials.json') } : {}),
    },
  };
  await dir.write('up.json', `${JSON.stringify(up, undefined, 2)}\n`);
  return up;
}

/** The Secret `basic-auth`, as OpenFaaS keeps it. */
async function gatewayLogin(cluster: Cluster): Promise<{ username: string; password: string }> {
  const secret = await cluster.get(kinds.Secret, { namespace: 'openfaas', name: 'basic-auth' });
  const data = isRecord(secret?.['data']) ? secret['data'] : {};
  const read = (key: string): string => Buffer.from(String(data[key] ?? ''), 'base64').toString();
  return { username: read('basic-auth-user'), password: read('basic-auth-password') };
}
