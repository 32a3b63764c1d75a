import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Counts calls under the names that dashboards and autoscalers of OpenFaaS know. */
export interface GatewayMetrics {
  started(functionName: string): void;
  finished(functionName: string, status: number, seconds: number): void;
  /** Calls ended so far, for the list of functions. */
  count(functionName: string): number;
  setReplicas(functionName: string, replicas: number): void;
  /** Prometheus' text form. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Metrics of one gateway; `function_name` is always `name.namespace`. */
export function createMetrics(): GatewayMetrics {
  const registry = new Registry();
  const registers = [registry];
  const total = new Counter({
    name: 'gateway_function_invocation_total',
    help: 'Function metrics',
    labelNames: ['function_name', 'code'],
    registers,
  });
  const begun = new Counter({
    name: 'gateway_function_invocation_started',
    help: 'The total number of function HTTP requests started.',
    labelNames: ['function_name'],
    registers,
  });
  const seconds = new Histogram({
    name: 'gateway_functions_seconds',
    help: 'Function time taken',
    labelNames: ['function_name', 'code'],
    registers,
  });
  const replicas = new Gauge({
    name: 'gateway_service_count',
    help: 'Current count of replicas for function',
    labelNames: ['function_name'],
    registers,
  });
  const counts = new Map<string, number>();
  return {
    started: (name) => begun.inc({ function_name: name }),
    finished(name, status, took) {
      const labels = { function_name: name, code: String(status) };
      total.inc(labels);
      seconds.observe(labels, took);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    },
    count: (name) => counts.get(name) ?? 0,
    setReplicas: (name, value) => replicas.set({ function_name: name }, value),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
