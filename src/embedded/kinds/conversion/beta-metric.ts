import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { valueAt } from '../records.ts';

/** Leaves out what has no value. */
function given(fields: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** One metric source of autoscaling/v2beta1 (`metricName`, `targetAverageValue` …) in the form of v2. */
export function metricFromBeta1(kind: string, source: JsonRecord): JsonRecord {
  const named = source['metricName'] !== undefined;
  const selector = source['selector'] ?? source['metricSelector'];
  const metric = named ? given({ name: source['metricName'], selector }) : undefined;
  return given({
    name: source['name'],
    container: source['container'],
    describedObject: kind === 'object' ? source['target'] : undefined,
    metric,
    target: targetFromBeta1(source),
  });
}

function targetFromBeta1(source: JsonRecord): JsonRecord | undefined {
  const averageUtilization = source['targetAverageUtilization'];
  const averageValue = source['targetAverageValue'] ?? source['averageValue'];
  const value = source['targetValue'];
  if (averageUtilization !== undefined) return { type: 'Utilization', averageUtilization };
  if (averageValue !== undefined) return { type: 'AverageValue', averageValue };
  return value === undefined ? undefined : { type: 'Value', value };
}

/** The way back. */
export function metricToBeta1(kind: string, source: JsonRecord): JsonRecord {
  const { metric } = source;
  const target = isRecord(source['target']) ? source['target'] : {};
  const isObject = kind === 'object';
  return given({
    name: source['name'],
    container: source['container'],
    target: isObject ? source['describedObject'] : undefined,
    metricName: valueAt(metric, 'name'),
    [kind === 'external' ? 'metricSelector' : 'selector']: valueAt(metric, 'selector'),
    targetAverageUtilization: target['averageUtilization'],
    [isObject ? 'averageValue' : 'targetAverageValue']: target['averageValue'],
    // v2beta1 has no object metric without a target value.
    targetValue: target['value'] ?? (isObject ? target['averageValue'] : undefined),
  });
}
