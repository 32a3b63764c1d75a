import { invalid } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import type { FunctionSpec } from '../../../api/function/index.ts';
import { functionPort } from '../settings.ts';
import type { FunctionSettings, ProbeTiming } from '../settings.ts';
import { secondsOf } from './go-duration.ts';

/** Where a function finds its secrets, one file per key. */
export const secretsMountPath = '/var/openfaas/secrets';

/** Environment in a stable order, `fprocess` first, so that a sync never rolls pods for nothing. */
export function environmentOf({ handler, environment = {} }: FunctionSpec): JsonRecord[] {
  const rest = Object.entries(environment)
    .filter(([name]) => name !== 'fprocess' || !handler)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [...(handler ? [['fprocess', handler] as const] : []), ...rest].map(([name, value]) => ({
    name,
    value,
  }));
}

/** `key=value` texts as a node selector; a text without exactly one `=` is left out, as faas-netes does. */
export function nodeSelectorOf({ constraints = [] }: FunctionSpec): Record<string, string> {
  const pairs = constraints.map((each) => each.split('='));
  return Object.fromEntries(
    pairs.filter(({ length }) => length === 2).map(([key, value]) => [key?.trim(), value?.trim()]),
  ) as Record<string, string>;
}

const quantity = /^[+-]?(\d+|\d+\.\d*|\.\d+)(m|n|u|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;

/**
 * Limits and requests of the container; empty texts are left out.
 * @throws {KnownError} `invalid` naming the field whose quantity is wrong.
 */
export function resourcesOf(spec: FunctionSpec): JsonRecord {
  const read = (field: 'limits' | 'requests'): Record<string, string> => {
    const given = Object.entries(spec[field] ?? {}).filter(([, value]) => Boolean(value));
    for (const [name, value] of given) {
      if (!quantity.test(value ?? '')) {
        throw invalid(
          `spec.${field}.${name}: ${JSON.stringify(value)}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
        );
      }
    }
    return Object.fromEntries(given) as Record<string, string>;
  };
  const [limits, requests] = [read('limits'), read('requests')];
  return {
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(Object.keys(requests).length > 0 ? { requests } : {}),
  };
}

/** Both probes: over HTTP when the settings or the annotation `com.openfaas.health.http.path` say so. */
export function probesOf(
  { annotations = {} }: FunctionSpec,
  settings: FunctionSettings,
): { readinessProbe: JsonRecord; livenessProbe: JsonRecord } {
  const path = annotations['com.openfaas.health.http.path'];
  const delay = annotations['com.openfaas.health.http.initialDelay'];
  const how =
    path === undefined && !settings.httpProbe
      ? { exec: { command: ['cat', '/tmp/.lock'] } }
      : { httpGet: { path: path ?? '/_/health', port: functionPort, scheme: 'HTTP' } };
  // Without the annotation the liveness delay serves both probes, as in faas-netes.
  const initialDelaySeconds =
    delay === undefined ? settings.liveness.initialDelaySeconds : wholeSeconds(delay);
  const probe = ({ timeoutSeconds, periodSeconds }: ProbeTiming): JsonRecord => ({
    ...how,
    initialDelaySeconds,
    timeoutSeconds,
    periodSeconds,
    successThreshold: 1,
    failureThreshold: 3,
  });
  return { readinessProbe: probe(settings.readiness), livenessProbe: probe(settings.liveness) };
}

function wholeSeconds(delay: string): number {
  try {
    return Math.max(0, Math.trunc(secondsOf(delay)));
  } catch (thrown) {
    throw invalid(`annotation com.openfaas.health.http.initialDelay: ${(thrown as Error).message}`);
  }
}

/** How long a pod may take to end: the function's `write_timeout` and two seconds, else 32 seconds. */
export function graceSecondsOf({ environment = {} }: FunctionSpec): number {
  const fallback = 32;
  const text = environment.write_timeout;
  if (text === undefined) return fallback;
  try {
    return Math.trunc(secondsOf(text)) + 2;
  } catch {
    return fallback;
  }
}

/** A Secret as far as mounting it needs to know. */
export interface SecretFacts {
  readonly name: string;
  readonly type: string;
  readonly keys: readonly string[];
}

const pullTypes = ['kubernetes.io/dockercfg', 'kubernetes.io/dockerconfigjson'];

/** Pull secrets apart from the rest, which become one projected volume with a file per key. */
export function secretParts(
  name: string,
  secrets: readonly SecretFacts[],
): { imagePullSecrets: JsonRecord[]; volumes: JsonRecord[]; volumeMounts: JsonRecord[] } {
  const isPull = ({ type }: SecretFacts): boolean => pullTypes.includes(type);
  const mounted = secrets.filter((each) => !isPull(each));
  const volume = `${name}-projected-secrets`;
  const sources = mounted.map((secret) => ({
    secret: {
      name: secret.name,
      items: secret.keys.toSorted().map((key) => ({ key, path: key })),
    },
  }));
  return {
    imagePullSecrets: secrets.filter(isPull).map((secret) => ({ name: secret.name })),
    volumes: mounted.length === 0 ? [] : [{ name: volume, projected: { sources } }],
    volumeMounts:
      mounted.length === 0 ? [] : [{ name: volume, readOnly: true, mountPath: secretsMountPath }],
  };
}
