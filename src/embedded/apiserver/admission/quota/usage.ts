import { isRecord, type JsonRecord, type KubeObject } from '../../../../base/index.ts';
import { amountsIn, podAmounts, recordsIn, sumAmounts, type Amounts } from '../pod-resources.ts';

/** A resource as quotas name it: `deployments.apps`. */
export interface Counted {
  readonly group: string;
  readonly plural: string;
}

/** What one object uses of everything a quota can hold. */
export function usageOf({ group, plural }: Counted, object: KubeObject): Amounts {
  const full = group === '' ? plural : `${plural}.${group}`;
  const count = { [`count/${full}`]: '1' };
  if (group !== '') return count;
  const spec = isRecord(object['spec']) ? object['spec'] : {};
  switch (plural) {
    case 'pods':
      return { ...count, ...(isOver(object) ? {} : podUsage(spec)) };
    case 'services':
      return { ...count, services: '1', ...serviceUsage(spec) };
    case 'persistentvolumeclaims':
      return { ...count, persistentvolumeclaims: '1', ...claimUsage(object, spec) };
    case 'configmaps':
    case 'secrets':
    case 'replicationcontrollers':
    case 'resourcequotas':
      return { ...count, [plural]: '1' };
    default:
      return count;
  }
}

/** Where the objects are that use one of a quota's resources: key prefixes below `/group/plural/`. */
export function countedBy(resource: string): Counted | undefined {
  if (resource.startsWith('count/')) {
    const [plural = '', ...group] = resource.slice('count/'.length).split('.');
    return { plural, group: group.join('.') };
  }
  if (resource.startsWith('services')) return { group: '', plural: 'services' };
  if (resource === 'requests.storage' || resource.includes('.storageclass.storage.k8s.io/'))
    return { group: '', plural: 'persistentvolumeclaims' };
  const whole = ['configmaps', 'secrets', 'replicationcontrollers', 'resourcequotas'];
  if (whole.includes(resource) || resource === 'persistentvolumeclaims')
    return { group: '', plural: resource };
  return { group: '', plural: 'pods' };
}

function isOver(pod: KubeObject): boolean {
  const phase = isRecord(pod['status']) ? pod['status']['phase'] : undefined;
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Requests count under their own name too, limits only as `limits.…`. */
function podUsage(spec: JsonRecord): Amounts {
  return { pods: '1', ...computeNames(podAmounts(spec, 'requests'), podAmounts(spec, 'limits')) };
}

/** The names quotas have for requests and limits. */
export function computeNames(requests: Amounts, limits: Amounts): Amounts {
  const named: Record<string, string> = {};
  for (const [name, value] of Object.entries(requests)) {
    named[`requests.${name}`] = value;
    if (['cpu', 'memory', 'ephemeral-storage'].includes(name)) named[name] = value;
  }
  for (const [name, value] of Object.entries(limits)) named[`limits.${name}`] = value;
  return named;
}

function serviceUsage(spec: JsonRecord): Amounts {
  const ports = String(recordsIn(spec['ports']).length);
  if (spec['type'] === 'NodePort') return { 'services.nodeports': ports };
  if (spec['type'] !== 'LoadBalancer') return {};
  const holdsPorts = spec['allocateLoadBalancerNodePorts'] !== false;
  return {
    'services.loadbalancers': '1',
    ...(holdsPorts ? { 'services.nodeports': ports } : {}),
  };
}

function claimUsage({ metadata }: KubeObject, spec: JsonRecord): Amounts {
  const resources = isRecord(spec['resources']) ? spec['resources'] : {};
  const { storage = '0' } = amountsIn(resources['requests']);
  const name =
    metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec['storageClassName'];
  if (typeof name !== 'string' || name === '') return { 'requests.storage': storage };
  const prefix = `${name}.storageclass.storage.k8s.io`;
  return {
    'requests.storage': storage,
    [`${prefix}/requests.storage`]: storage,
    [`${prefix}/persistentvolumeclaims`]: '1',
  };
}

/** Sums the usage of many objects. */
export function totalUsage(counted: Counted, objects: readonly KubeObject[]): Amounts {
  return sumAmounts(objects.map((object) => usageOf(counted, object)));
}
