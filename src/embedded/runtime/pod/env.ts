import { KnownError, type KubeObject } from '../../../base/index.ts';
import { fieldValue, resourceValue, type PodFacts } from '../volumes/fields.ts';
import type { Sources, SourceKind } from '../volumes/sources.ts';
import { contentOf } from '../volumes/volume-files.ts';
import type { ContainerSpec, EnvFrom, EnvVar, KeyRef, Pod } from './pod.ts';

/** Replaces `$(NAME)` by what the map has; `$$(NAME)` stays as `$(NAME)`, unknown names stay as they are. Pure. */
export function expand(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\(([^()\s]+)\)/g, (found, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(values, name) ? (values[name] ?? '') : found;
  });
}

export interface EnvPorts {
  readonly sources: Sources;
  readonly services: readonly KubeObject[];
  readonly facts: PodFacts;
  /** Where the API server is reached from a pod. */
  readonly apiServer: { readonly host: string; readonly port: number };
}

/**
 * The environment of a container: addresses of services, envFrom, then env, later ones winning and able
 * to use earlier ones. A missing ConfigMap, Secret or key is a `KnownError('not-found')` unless optional.
 */
export async function containerEnv(
  pod: Pod,
  container: ContainerSpec,
  ports: EnvPorts,
): Promise<Record<string, string>> {
  const { host, port } = ports.apiServer;
  const env: Record<string, string> = {
    ...(pod.spec.enableServiceLinks === false ? {} : serviceLinks(ports.services)),
    KUBERNETES_SERVICE_HOST: host,
    KUBERNETES_SERVICE_PORT: String(port),
    KUBERNETES_SERVICE_PORT_HTTPS: String(port),
    KUBERNETES_PORT: `tcp://${host}:${port}`,
  };
  for (const each of container.envFrom ?? [])
    Object.assign(env, await allOf(ports.sources, pod.metadata.namespace ?? '', each));
  for (const each of container.env ?? []) {
    const value = await valueOf({ pod, container, ports, env }, each);
    if (value !== undefined) env[each.name] = value;
  }
  return env;
}

/** Every key of a ConfigMap or Secret as a variable. */
async function allOf(
  sources: Sources,
  namespace: string,
  { prefix = '', configMapRef, secretRef }: EnvFrom,
): Promise<Record<string, string>> {
  const kind = configMapRef ? 'ConfigMap' : 'Secret';
  const { name = '', optional = false } = configMapRef ?? secretRef ?? {};
  const object = await required(sources, kind, { namespace, name }, optional);
  const content = object === undefined ? [] : [...contentOf(object)];
  return Object.fromEntries(
    content.map(([key, value]) => [`${prefix}${key}`, value.toString('utf8')]),
  );
}

interface At {
  readonly pod: Pod;
  readonly container: ContainerSpec;
  readonly ports: EnvPorts;
  readonly env: Readonly<Record<string, string>>;
}

async function valueOf(
  { pod, container, ports, env }: At,
  { value, valueFrom }: EnvVar,
): Promise<string | undefined> {
  if (valueFrom === undefined) return expand(value ?? '', env);
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef) return fieldValue(pod, fieldRef.fieldPath, ports.facts);
  if (resourceFieldRef) return resourceValue(pod, resourceFieldRef, container);
  const { namespace = '' } = pod.metadata;
  if (configMapKeyRef) return keyValue(ports.sources, 'ConfigMap', namespace, configMapKeyRef);
  return secretKeyRef && keyValue(ports.sources, 'Secret', namespace, secretKeyRef);
}

async function keyValue(
  sources: Sources,
  kind: SourceKind,
  namespace: string,
  { name = '', key, optional = false }: KeyRef,
): Promise<string | undefined> {
  const object = await required(sources, kind, { namespace, name }, optional);
  const value = object && contentOf(object).get(key);
  if (value !== undefined || optional) return value?.toString('utf8');
  throw new KnownError('not-found', `couldn't find key ${key} in ${kind} ${namespace}/${name}`);
}

async function required(
  sources: Sources,
  kind: SourceKind,
  key: { readonly namespace: string; readonly name: string },
  optional: boolean,
): Promise<KubeObject | undefined> {
  const object = await sources.get(kind, key);
  if (object === undefined && !optional)
    throw new KnownError('not-found', `${kind.toLowerCase()} "${key.name}" not found`);
  return object;
}

interface ServiceSpec {
  clusterIP?: string;
  ports?: Array<{ name?: string; port: number; protocol?: string }>;
}

/** The variables by which old programs find services of their namespace (docker's links). Pure. */
export function serviceLinks(services: readonly KubeObject[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const service of services) {
    const { clusterIP, ports = [] } = (service['spec'] ?? {}) as ServiceSpec;
    const [first] = ports;
    if (!clusterIP || clusterIP === 'None' || first === undefined) continue;
    const name = service.metadata.name.toUpperCase().replaceAll('-', '_');
    env[`${name}_SERVICE_HOST`] = clusterIP;
    env[`${name}_SERVICE_PORT`] = String(first.port);
    env[`${name}_PORT`] = `${(first.protocol ?? 'TCP').toLowerCase()}://${clusterIP}:${first.port}`;
    for (const { name: portName, port, protocol = 'TCP' } of ports) {
      if (portName)
        env[`${name}_SERVICE_PORT_${portName.toUpperCase().replaceAll('-', '_')}`] = String(port);
      const prefix = `${name}_PORT_${port}_${protocol.toUpperCase()}`;
      env[prefix] = `${protocol.toLowerCase()}://${clusterIP}:${port}`;
      env[`${prefix}_PROTO`] = protocol.toLowerCase();
      env[`${prefix}_PORT`] = String(port);
      env[`${prefix}_ADDR`] = clusterIP;
    }
  }
  return env;
}
