import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { SealedSecret } from '../../../api/sealed-secret/index.ts';

/** Why an attempt failed, as the metric tells it. */
export type FailureReason = 'fetch' | 'status' | 'unseal' | 'update' | 'unmanaged';

/** The metrics of the original controller, under the same names. */
export interface SealMetrics {
  requested(): void;
  failed(reason: FailureReason, namespace: string): void;
  condition(sealed: SealedSecret): void;
  forget(sealed: SealedSecret): void;
  answered(path: string, method: string, status: number, seconds: number): void;
  text(): Promise<string>;
  readonly contentType: string;
}

const prefix = 'sealed_secrets_controller_';
const valueOf = { True: 1, False: -1, Unknown: 0 } as const;

/** Metrics of one controller. */
export function createSealMetrics(revision: string): SealMetrics {
  const registry = new Registry();
  const { requests, errors, conditions, http, seconds } = series(registry, revision);
  return {
    requested: () => requests.inc(),
    failed: (reason, namespace) => errors.inc({ reason, namespace }),
    condition(sealed) {
      for (const { type, status } of sealed.status?.conditions ?? []) {
        conditions.set({ ...labelsOf(sealed), condition: type }, valueOf[status]);
      }
    },
    forget(sealed) {
      for (const { type } of sealed.status?.conditions ?? []) {
        conditions.remove({ ...labelsOf(sealed), condition: type });
      }
    },
    answered(path, method, status, took) {
      http.inc({ path, method: method.toLowerCase(), code: String(status) });
      seconds.observe({ path, method: method.toLowerCase() }, took);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function series(
  registry: Registry,
  revision: string,
): Record<'requests' | 'errors' | 'http', Counter> & { conditions: Gauge; seconds: Histogram } {
  const made = (name: string, help: string, ...labelNames: string[]) => ({
    name: `${prefix}${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  new Gauge(made('build_info', 'Build information', 'revision')).set({ revision }, 1);
  return {
    requests: new Counter(made('unseal_requests_total', 'Total number of unseal requests')),
    errors: new Counter(
      made('unseal_errors_total', 'Total number of unseal errors by reason', 'reason', 'namespace'),
    ),
    conditions: new Gauge(
      made(
        'condition_info',
        'Condition status of a SealedSecret: -1 is False, 0 Unknown, 1 True',
        'namespace',
        'name',
        'condition',
        'ss_app_kubernetes_io_instance',
      ),
    ),
    http: new Counter(made('http_requests_total', 'Requests answered', 'path', 'code', 'method')),
    seconds: new Histogram(
      made('http_request_duration_seconds', 'Time taken by requests', 'path', 'method'),
    ),
  };
}

function labelsOf({ metadata }: SealedSecret): Record<string, string> {
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    ss_app_kubernetes_io_instance: metadata.labels?.['app.kubernetes.io/instance'] ?? '',
  };
}
