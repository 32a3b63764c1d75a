import { isRecord } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { metricFromBeta1, metricToBeta1 } from './beta-metric.ts';
import { ensureRecord, recordAt, recordsAt, valueAt } from '../records.ts';

const prefix = 'autoscaling.alpha.kubernetes.io/';

/** The metric v1 can express: utilization of cpu. */
function isCpu(metric: JsonRecord): boolean {
  return (
    metric['type'] === 'Resource' &&
    valueAt(metric, 'resource', 'name') === 'cpu' &&
    valueAt(metric, 'resource', 'target', 'averageUtilization') !== undefined
  );
}

function read(text: unknown): unknown {
  try {
    return typeof text === 'string' ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    return undefined; // Somebody else's annotation: left where it is.
  }
}

/** v1, v2beta1 and v2beta2 to v2. */
export function autoscalerToV2(object: KubeObject): KubeObject {
  if (object.apiVersion === 'autoscaling/v1') return fromV1(object);
  if (object.apiVersion === 'autoscaling/v2beta1') return mapMetrics(object, metricFromBeta1);
  return object;
}

export function autoscalerFromV2(object: KubeObject, apiVersion: string): KubeObject {
  if (apiVersion === 'autoscaling/v1') return toV1(object);
  if (apiVersion === 'autoscaling/v2beta1') return mapMetrics(object, metricToBeta1);
  return object;
}

function fromV1(object: KubeObject): KubeObject {
  const spec = ensureRecord(object, 'spec');
  const annotations = object.metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: percent, ...rest } = spec;
  const more = read(annotations[`${prefix}metrics`]);
  const behavior = read(annotations[`${prefix}behavior`]);
  const cpu = { type: 'Utilization', averageUtilization: percent };
  const metrics = [
    ...(Array.isArray(more) ? (more as unknown[]) : []),
    ...(percent === undefined
      ? []
      : [{ type: 'Resource', resource: { name: 'cpu', target: cpu } }]),
  ];
  for (const name of ['metrics', 'behavior', 'conditions', 'current-metrics']) {
    delete annotations[`${prefix}${name}`];
  }
  const { currentCPUUtilizationPercentage: now, ...status } = recordAt(object, 'status');
  const current = { name: 'cpu', current: { averageUtilization: now } };
  return {
    ...object,
    spec: {
      ...rest,
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(isRecord(behavior) ? { behavior } : {}),
    },
    status:
      now === undefined
        ? status
        : { ...status, currentMetrics: [{ type: 'Resource', resource: current }] },
  };
}

function toV1(object: KubeObject): KubeObject {
  const { metrics: _metrics, behavior, ...spec } = recordAt(object, 'spec');
  const all = recordsAt(object, 'spec', 'metrics');
  const cpu = all.find(isCpu);
  const others = all.filter((metric) => metric !== cpu);
  const { conditions, currentMetrics, ...status } = recordAt(object, 'status');
  const now = recordsAt({ currentMetrics }, 'currentMetrics')
    .map((metric) => valueAt(metric, 'resource', 'current', 'averageUtilization'))
    .find((value) => value !== undefined);
  const carried = {
    metrics: others.length === 0 ? undefined : others,
    behavior,
    conditions,
    'current-metrics': currentMetrics,
  };
  const annotations = { ...object.metadata.annotations };
  for (const [name, value] of Object.entries(carried)) {
    if (value !== undefined && value !== null)
      annotations[`${prefix}${name}`] = JSON.stringify(value);
  }
  const percent = valueAt(cpu, 'resource', 'target', 'averageUtilization');
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      ...spec,
      ...(percent === undefined ? {} : { targetCPUUtilizationPercentage: percent }),
    },
    status: { ...status, ...(now === undefined ? {} : { currentCPUUtilizationPercentage: now }) },
  };
}

function mapMetrics(
  object: KubeObject,
  map: (kind: string, source: JsonRecord) => JsonRecord,
): KubeObject {
  for (const metric of recordsAt(object, 'spec', 'metrics')) {
    for (const [key, source] of Object.entries(metric)) {
      if (isRecord(source)) metric[key] = map(key, source);
    }
  }
  return object;
}
