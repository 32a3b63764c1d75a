import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { compareQuantities, deepEqual } from '../../../lib/schema/index.ts';
import type { FieldError } from '../../../lib/schema/index.ts';
import { listAt, recordAt, recordsAt, textAt, valueAt } from '../records.ts';
import { duplicate, forbidden, immutable, invalidValue, oneOf, required } from './errors.ts';
import { checkConfigKey, checkLabel, checkPort } from './names.ts';

const mebibyte = 1024 * 1024;

/** ConfigMap and Secret: keys, size, and the keys some types need. */
export function dataErrors(object: KubeObject): FieldError[] {
  const maps = object.kind === 'Secret' ? ['data'] : ['data', 'binaryData'];
  const entries = maps.flatMap((map) =>
    Object.entries(recordAt(object, map)).map(([key, value]) => ({ map, key, value })),
  );
  const errors = entries.flatMap(({ map, key }) =>
    checkConfigKey(key).map((each) => invalidValue(`${map}[${key}]`, key, each)),
  );
  const sizeBytes = entries.reduce((sum, { map, value }) => {
    const length = Buffer.byteLength(String(value));
    const encoded = object.kind === 'Secret' || map === 'binaryData';
    return sum + (encoded ? Math.floor((length * 3) / 4) : length);
  }, 0);
  if (sizeBytes > mebibyte) {
    const field = object.kind === 'Secret' ? 'data' : '';
    errors.push({ type: 'tooLong', field, detail: `may not be more than ${mebibyte} bytes` });
  }
  return [...errors, ...(object.kind === 'Secret' ? secretTypeErrors(object) : [])];
}

const neededKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

function secretTypeErrors(secret: KubeObject): FieldError[] {
  const data = recordAt(secret, 'data');
  const type = textAt(secret, 'type');
  const errors = (neededKeys[type] ?? [])
    .filter((key) => data[key] === undefined)
    .map((key) => required(`data[${key}]`));
  const account = 'kubernetes.io/service-account.name';
  if (type === 'kubernetes.io/service-account-token' && !secret.metadata.annotations?.[account]) {
    errors.push(required(`metadata.annotations[${account}]`));
  }
  const config = data['.dockerconfigjson'];
  if (type !== 'kubernetes.io/dockerconfigjson' || typeof config !== 'string') return errors;
  try {
    JSON.parse(Buffer.from(config, 'base64').toString());
  } catch {
    // The content is a secret: only its place is named.
    errors.push(
      invalidValue(
        'data[.dockerconfigjson]',
        '<secret contents redacted>',
        'invalid character in JSON',
      ),
    );
  }
  return errors;
}

/** An immutable ConfigMap or Secret stays as it is; a Secret keeps its type. */
export function dataUpdateErrors(object: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  if (object.kind === 'Secret' && object['type'] !== old['type']) {
    errors.push(immutable('type', object['type']));
  }
  if (old['immutable'] !== true) return errors;
  const detail = 'field is immutable when `immutable` is set';
  if (object['immutable'] !== true) errors.push(forbidden('immutable', detail));
  for (const field of ['data', 'binaryData']) {
    if (!deepEqual(object[field] ?? {}, old[field] ?? {})) errors.push(forbidden(field, detail));
  }
  return errors;
}

const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

/** Service; addresses and node ports are checked by the one that allocates them. */
export function serviceErrors(object: KubeObject): FieldError[] {
  const spec = recordAt(object, 'spec');
  const type = textAt(spec, 'type');
  const ports = recordsAt(spec, 'ports');
  const headless = spec['clusterIP'] === 'None';
  const errors: FieldError[] = [];
  if (ports.length === 0 && !headless && type !== 'ExternalName') {
    errors.push(required('spec.ports'));
  }
  errors.push(...servicePortErrors(ports));
  errors.push(...oneOf('spec.type', type, serviceTypes));
  errors.push(...oneOf('spec.sessionAffinity', spec['sessionAffinity'], ['ClientIP', 'None']));
  if (type === 'ExternalName' && textAt(spec, 'externalName') === '') {
    errors.push(required('spec.externalName'));
  }
  if (type === 'LoadBalancer' && headless) {
    errors.push(
      invalidValue(
        'spec.clusterIPs[0]',
        'None',
        "may not be set to 'None' for LoadBalancer services",
      ),
    );
  }
  return errors;
}

function servicePortErrors(ports: readonly JsonRecord[]): FieldError[] {
  const names = new Set<string>();
  const used = new Set<string>();
  return ports.flatMap((port, at) => {
    const field = `spec.ports[${at}]`;
    const name = textAt(port, 'name');
    const errors: FieldError[] = [];
    if (name === '' && ports.length > 1) errors.push(required(`${field}.name`));
    if (name !== '') {
      errors.push(...checkLabel(name).map((each) => invalidValue(`${field}.name`, name, each)));
      if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    }
    names.add(name);
    errors.push(
      ...checkPort(port['port']).map((each) => invalidValue(`${field}.port`, port['port'], each)),
      ...oneOf(`${field}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP']),
    );
    if (typeof port['targetPort'] === 'number') {
      const problems = checkPort(port['targetPort']);
      errors.push(
        ...problems.map((e) => invalidValue(`${field}.targetPort`, port['targetPort'], e)),
      );
    }
    const key = `${String(port['protocol'])} ${String(port['port'])}`;
    const pair = { port: port['port'], protocol: port['protocol'] };
    if (used.has(key)) errors.push(duplicate(field, pair));
    used.add(key);
    return errors;
  });
}

/** A service keeps its address unless it changes from or to ExternalName. */
export function serviceUpdateErrors(object: KubeObject, old: KubeObject): FieldError[] {
  const [spec, before] = [recordAt(object, 'spec'), recordAt(old, 'spec')];
  if (spec['type'] === 'ExternalName' || before['type'] === 'ExternalName') return [];
  const had = textAt(before, 'clusterIP');
  if (had === '' || had === spec['clusterIP']) return [];
  return [
    invalidValue('spec.clusterIPs[0]', listAt(spec, 'clusterIPs'), 'may not change once set'),
  ];
}

/** PersistentVolumeClaim. */
export function claimErrors(object: KubeObject): FieldError[] {
  const spec = recordAt(object, 'spec');
  const errors: FieldError[] = [];
  if (listAt(spec, 'accessModes').length === 0) {
    errors.push(required('spec.accessModes', 'at least 1 access mode is required'));
  }
  if (valueAt(spec, 'resources', 'requests', 'storage') === undefined) {
    errors.push(required('spec.resources[storage]'));
  }
  return errors;
}

/** A claim's request may grow, never shrink; the rest of its spec stays. */
export function claimUpdateErrors(object: KubeObject, old: KubeObject): FieldError[] {
  const request = (claim: KubeObject): string =>
    String(valueAt(claim, 'spec', 'resources', 'requests', 'storage') ?? '0');
  const rest = (claim: KubeObject): JsonRecord => {
    const { resources: _resources, volumeName: _name, ...others } = recordAt(claim, 'spec');
    return others;
  };
  const errors: FieldError[] = [];
  if (!deepEqual(rest(object), rest(old))) {
    errors.push(
      forbidden(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    );
  }
  if (compareQuantities(request(object), request(old)) < 0) {
    errors.push(
      forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'),
    );
  }
  return errors;
}

/** Ingress v1: every path says how it matches; a backend is a service or a resource. */
export function ingressErrors(object: KubeObject): FieldError[] {
  const spec = recordAt(object, 'spec');
  const rules = recordsAt(spec, 'rules');
  const errors: FieldError[] = [];
  if (rules.length === 0 && spec['defaultBackend'] === undefined) {
    errors.push(invalidValue('spec', spec, 'either `defaultBackend` or `rules` must be specified'));
  }
  rules.forEach((rule, at) => {
    recordsAt(rule, 'http', 'paths').forEach((path, index) => {
      errors.push(...pathErrors(path, `spec.rules[${at}].http.paths[${index}]`));
    });
  });
  return errors;
}

function pathErrors(path: JsonRecord, field: string): FieldError[] {
  const type = path['pathType'];
  const errors: FieldError[] = [];
  if (type === undefined) errors.push(required(`${field}.pathType`, 'pathType must be specified'));
  else {
    const known = ['Exact', 'ImplementationSpecific', 'Prefix'];
    errors.push(...oneOf(`${field}.pathType`, type, known));
  }
  const text = textAt(path, 'path');
  if ((type === 'Exact' || type === 'Prefix') && !text.startsWith('/')) {
    errors.push(invalidValue(`${field}.path`, text, 'must be an absolute path'));
  }
  const backend = recordAt(path, 'backend');
  if (backend['service'] === undefined && backend['resource'] === undefined) {
    errors.push(required(`${field}.backend`, 'resource or service backend is required'));
  }
  if (backend['service'] !== undefined && textAt(backend, 'service', 'name') === '') {
    errors.push(required(`${field}.backend.service.name`));
  }
  return errors;
}

/** Event: it stands in the namespace of what it is about. */
export function eventErrors(object: KubeObject): FieldError[] {
  const about = textAt(object, 'involvedObject', 'namespace');
  const own = object.metadata.namespace ?? '';
  if (about === own || (about === '' && own === 'default')) return [];
  return [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')];
}

/** HorizontalPodAutoscaler. */
export function autoscalerErrors(object: KubeObject): FieldError[] {
  const spec = recordAt(object, 'spec');
  const [min, max] = [Number(spec['minReplicas'] ?? 1), Number(spec['maxReplicas'] ?? 0)];
  const errors: FieldError[] = [];
  if (max < 1) errors.push(invalidValue('spec.maxReplicas', max, 'must be greater than 0'));
  if (max < min) {
    errors.push(
      invalidValue('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'),
    );
  }
  for (const field of ['kind', 'name']) {
    if (textAt(spec, 'scaleTargetRef', field) === '') {
      errors.push(required(`spec.scaleTargetRef.${field}`));
    }
  }
  return errors;
}

/** PodDisruptionBudget. */
export function budgetErrors(object: KubeObject): FieldError[] {
  const spec = recordAt(object, 'spec');
  return spec['minAvailable'] !== undefined && spec['maxUnavailable'] !== undefined
    ? [invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set')]
    : [];
}
