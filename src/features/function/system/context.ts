import { KnownError } from '../../../base/index.ts';
import type { Clock, Logger } from '../../../base/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import type { GatewayMetrics } from '../gateway/metrics.ts';
import type { FunctionSettings } from '../settings.ts';

/** What every system route works with. */
export interface SystemContext {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: GatewayMetrics;
  readonly settings: FunctionSettings;
}

/** Namespaces whose functions and secrets the API shows: the function namespace and every one with the annotation `openfaas`. */
export async function managedNamespaces({ cluster, settings }: SystemContext): Promise<string[]> {
  const { items } = await cluster.list(kinds.Namespace);
  const names = items
    .filter(({ metadata }) => metadata.annotations?.openfaas !== undefined)
    .map(({ metadata }) => metadata.name);
  return [...new Set([settings.functionNamespace, ...names])].toSorted();
}

/**
 * The namespace a call is about: the one that is named, else the function namespace.
 * @throws {KnownError} with status 401 for kube-system, 400 for a namespace that is not managed.
 */
export async function namespaceFor(context: SystemContext, named: string): Promise<string> {
  const { functionNamespace } = context.settings;
  if (named === '' || named === functionNamespace) return functionNamespace;
  if (named === 'kube-system') {
    throw new KnownError('denied', 'unable to list within the kube-system namespace', {
      status: 401,
    });
  }
  if ((await managedNamespaces(context)).includes(named)) return named;
  throw new KnownError(
    'invalid',
    `namespace ${named} is not managed by OpenFaaS: give it the annotation openfaas="1"`,
    { status: 400 },
  );
}
