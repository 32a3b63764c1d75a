import { KnownError, type KubeObject } from '../../base/index.ts';
import { kinds, type Cluster } from '../../lib/kube/index.ts';

/** A part of the platform that runs in this process and is found as a Service in the cluster. */
export interface InProcess {
  readonly namespace: string;
  readonly name: string;
  /** Port of the Service, and its name there. */
  readonly port: number;
  readonly portName: string;
  /** Where it listens. */
  readonly host: string;
  readonly hostPort: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Namespaces that the platform's own parts live in. */
export const system = {
  flux: 'fluxcd',
  openfaas: 'openfaas',
  functions: 'openfaas-fn',
  kube: 'kube-system',
} as const;

const manager = 'trice-up';

/**
 * Writes Services without selector, and their Endpoints, so that clients reach this process as they
 * would reach pods: kubeseal and fluxctl through the API server's service proxy, functions by address.
 */
export async function announce(cluster: Cluster, parts: readonly InProcess[]): Promise<void> {
  await ensureNamespaces(
    cluster,
    parts.map((part) => part.namespace),
  );
  await Promise.all(parts.map((part) => announceOne(cluster, part)));
}

/** Creates namespaces that are not there; one that is being deleted is left alone. */
export async function ensureNamespaces(cluster: Cluster, names: readonly string[]): Promise<void> {
  await Promise.all(
    [...new Set(names)].map((name) =>
      ifAbsent(
        cluster.create(kinds.Namespace, {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name },
        }),
      ),
    ),
  );
}

/** Runs a create; that the object exists is fine. */
export async function ifAbsent(created: Promise<unknown>): Promise<void> {
  try {
    await created;
  } catch (thrown) {
    if (!(thrown instanceof KnownError && thrown.code === 'exists')) throw thrown;
  }
}

async function announceOne(cluster: Cluster, part: InProcess): Promise<void> {
  const { name, namespace, labels = {} } = part;
  const metadata = { name, namespace, labels: { ...labels } };
  const service: KubeObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      ports: [{ name: part.portName, port: part.port, targetPort: part.hostPort, protocol: 'TCP' }],
    },
  };
  const endpoints: KubeObject = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata,
    subsets: [
      {
        addresses: [{ ip: part.host }],
        ports: [{ name: part.portName, port: part.hostPort, protocol: 'TCP' }],
      },
    ],
  };
  await cluster.apply(kinds.Service, service, { fieldManager: manager, force: true });
  await cluster.apply(kinds.Endpoints, endpoints, { fieldManager: manager, force: true });
}
