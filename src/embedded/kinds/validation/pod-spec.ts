import type { JsonRecord } from '../../../base/index.ts';
import { compareQuantities, parseQuantity } from '../../../lib/schema/index.ts';
import type { FieldError } from '../../../lib/schema/index.ts';
import { recordAt, recordsAt, textAt } from '../records.ts';
import { duplicate, invalidValue, notFoundValue, oneOf, required } from './errors.ts';
import { checkLabel, checkPort, checkPortName } from './names.ts';

/** Complaints about a pod's or template's spec at a path. */
export function podSpecErrors(spec: JsonRecord, field: string): FieldError[] {
  const volumes = recordsAt(spec, 'volumes');
  const names = new Set(volumes.map((volume) => textAt(volume, 'name')));
  const init = recordsAt(spec, 'initContainers');
  const containers = recordsAt(spec, 'containers');
  return [
    ...volumeErrors(volumes, `${field}.volumes`),
    ...(containers.length === 0 ? [required(`${field}.containers`)] : []),
    ...containerListErrors([init, containers], names, field),
    ...oneOf(`${field}.restartPolicy`, spec['restartPolicy'], ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${field}.dnsPolicy`, spec['dnsPolicy'], [
      'ClusterFirstWithHostNet',
      'ClusterFirst',
      'Default',
      'None',
    ]),
  ];
}

function volumeErrors(volumes: readonly JsonRecord[], field: string): FieldError[] {
  const seen = new Set<string>();
  return volumes.flatMap((volume, at) => {
    const name = textAt(volume, 'name');
    const path = `${field}[${at}].name`;
    if (name === '') return [required(path)];
    if (seen.has(name)) return [duplicate(path, name)];
    seen.add(name);
    return checkLabel(name).map((each) => invalidValue(path, name, each));
  });
}

function containerListErrors(
  [init, containers]: readonly [readonly JsonRecord[], readonly JsonRecord[]],
  volumes: ReadonlySet<string>,
  field: string,
): FieldError[] {
  const seen = new Set<string>();
  const check = (list: readonly JsonRecord[], at: string): FieldError[] =>
    list.flatMap((container, index) => {
      const path = `${at}[${index}]`;
      const name = textAt(container, 'name');
      const again = seen.has(name) && name !== '' ? [duplicate(`${path}.name`, name)] : [];
      seen.add(name);
      return [...again, ...containerErrors(container, volumes, path)];
    });
  return [...check(containers, `${field}.containers`), ...check(init, `${field}.initContainers`)];
}

function containerErrors(
  container: JsonRecord,
  volumes: ReadonlySet<string>,
  field: string,
): FieldError[] {
  const name = textAt(container, 'name');
  const image = textAt(container, 'image');
  return [
    ...(name === ''
      ? [required(`${field}.name`)]
      : checkLabel(name).map((each) => invalidValue(`${field}.name`, name, each))),
    ...(image === '' ? [required(`${field}.image`)] : []),
    ...imageErrors(image, `${field}.image`),
    ...portErrors(recordsAt(container, 'ports'), `${field}.ports`),
    ...environmentErrors(recordsAt(container, 'env'), `${field}.env`),
    ...mountErrors(recordsAt(container, 'volumeMounts'), volumes, `${field}.volumeMounts`),
    ...resourceErrors(recordAt(container, 'resources'), `${field}.resources`),
    ...oneOf(`${field}.imagePullPolicy`, container['imagePullPolicy'], [
      'Always',
      'IfNotPresent',
      'Never',
    ]),
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) =>
      probeErrors(container[probe], `${field}.${probe}`),
    ),
  ];
}

function imageErrors(image: string, field: string): FieldError[] {
  return image === image.trim()
    ? []
    : [invalidValue(field, image, 'must not have leading or trailing whitespace')];
}

function portErrors(ports: readonly JsonRecord[], field: string): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, at) => {
    const path = `${field}[${at}]`;
    const name = textAt(port, 'name');
    const errors =
      name === '' ? [] : checkPortName(name).map((e) => invalidValue(`${path}.name`, name, e));
    if (name !== '' && names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
    if ((port['containerPort'] ?? 0) === 0) errors.push(required(`${path}.containerPort`));
    else {
      const problems = checkPort(port['containerPort']);
      errors.push(
        ...problems.map((e) => invalidValue(`${path}.containerPort`, port['containerPort'], e)),
      );
    }
    return [...errors, ...oneOf(`${path}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP'])];
  });
}

function environmentErrors(env: readonly JsonRecord[], field: string): FieldError[] {
  return env.flatMap((variable, at) => {
    const name = textAt(variable, 'name');
    const path = `${field}[${at}]`;
    if (name === '') return [required(`${path}.name`)];
    const from = variable['valueFrom'];
    if (from === undefined) return [];
    const sources = Object.keys(recordAt(variable, 'valueFrom'));
    if (sources.length !== 1) {
      return [
        invalidValue(
          `${path}.valueFrom`,
          sources.length === 0 ? '' : from,
          sources.length === 0
            ? 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
            : 'may not have more than one field specified at a time',
        ),
      ];
    }
    return textAt(variable, 'value') === ''
      ? []
      : [invalidValue(`${path}.valueFrom`, '', 'may not be specified when `value` is not empty')];
  });
}

function mountErrors(
  mounts: readonly JsonRecord[],
  volumes: ReadonlySet<string>,
  field: string,
): FieldError[] {
  const paths = new Set<string>();
  return mounts.flatMap((mount, at) => {
    const path = `${field}[${at}]`;
    const name = textAt(mount, 'name');
    const where = textAt(mount, 'mountPath');
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(`${path}.name`));
    else if (!volumes.has(name)) errors.push(notFoundValue(`${path}.name`, name));
    if (where === '') errors.push(required(`${path}.mountPath`));
    else if (paths.has(where)) {
      errors.push(invalidValue(`${path}.mountPath`, where, 'must be unique'));
    }
    paths.add(where);
    return errors;
  });
}

/** Requests may not be above limits; amounts must be readable and not negative. */
function resourceErrors(resources: JsonRecord, field: string): FieldError[] {
  const limits = recordAt(resources, 'limits');
  const requests = recordAt(resources, 'requests');
  const negative = [
    ...amountErrors(limits, `${field}.limits`),
    ...amountErrors(requests, `${field}.requests`),
  ];
  if (negative.length > 0) return negative;
  return Object.entries(requests)
    .filter(([name, amount]) => {
      const limit = limits[name];
      return limit !== undefined && compareQuantities(String(amount), String(limit)) > 0;
    })
    .map(([name, amount]) =>
      invalidValue(
        `${field}.requests`,
        amount,
        `must be less than or equal to ${name} limit of ${String(limits[name])}`,
      ),
    );
}

function amountErrors(amounts: JsonRecord, field: string): FieldError[] {
  return Object.entries(amounts)
    .filter(([, amount]) => parseQuantity(String(amount)).nano < 0n)
    .map(([name, amount]) =>
      invalidValue(`${field}[${name}]`, amount, 'must be greater than or equal to 0'),
    );
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'];

function probeErrors(probe: unknown, field: string): FieldError[] {
  if (probe === undefined) return [];
  const given = handlers.filter((name) => recordAt({ probe }, 'probe')[name] !== undefined);
  if (given.length === 0) return [required(field, 'must specify a handler type')];
  return given.slice(1).map((name) => ({
    type: 'forbidden' as const,
    field: `${field}.${name}`,
    detail: 'may not specify more than 1 handler type',
  }));
}
