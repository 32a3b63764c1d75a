import { isRecord } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { recordsAt, valueAt } from '../records.ts';

/** Both beta versions to v1: `{serviceName, servicePort}` ↔ `service{name, port}`; `backend` ↔ `defaultBackend`. */
export function ingressToV1(ingress: KubeObject): KubeObject {
  return mapBackends(ingress, ['backend', 'defaultBackend'], (backend) => {
    const { serviceName, servicePort, ...rest } = backend;
    if (serviceName === undefined) return rest;
    const port = typeof servicePort === 'number' ? { number: servicePort } : { name: servicePort };
    return { ...rest, service: { name: serviceName, port } };
  });
}

export function ingressFromV1(ingress: KubeObject): KubeObject {
  return mapBackends(ingress, ['defaultBackend', 'backend'], (backend) => {
    const { service, ...rest } = backend;
    if (!isRecord(service)) return rest;
    const port = valueAt(service, 'port', 'number') ?? valueAt(service, 'port', 'name');
    return { serviceName: service['name'], servicePort: port, ...rest };
  });
}

function mapBackends(
  ingress: KubeObject,
  [from, to]: readonly [string, string],
  map: (backend: JsonRecord) => JsonRecord,
): KubeObject {
  const spec = ingress['spec'];
  if (!isRecord(spec)) return ingress;
  const { [from]: backend, ...rest } = spec;
  for (const rule of recordsAt(rest, 'rules')) {
    for (const path of recordsAt(rule, 'http', 'paths')) {
      if (isRecord(path['backend'])) path['backend'] = map(path['backend']);
    }
  }
  return {
    ...ingress,
    spec: { ...rest, ...(isRecord(backend) ? { [to]: map(backend) } : {}) },
  };
}
