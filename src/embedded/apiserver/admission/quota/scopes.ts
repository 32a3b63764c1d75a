import { isRecord, type JsonRecord, type KubeObject } from '../../../../base/index.ts';
import { recordsIn } from '../pod-resources.ts';
import type { Counted } from './usage.ts';

/** Whether a quota counts this object: one with scopes counts only the pods in all of them. */
export function inScope(quotaSpec: JsonRecord, counted: Counted, object: KubeObject): boolean {
  const selector = quotaSpec['scopeSelector'];
  const requirements = [
    ...(Array.isArray(quotaSpec['scopes']) ? quotaSpec['scopes'] : []).map((scopeName) => ({
      scopeName,
      operator: 'Exists',
    })),
    ...recordsIn(isRecord(selector) ? selector['matchExpressions'] : undefined),
  ] as JsonRecord[];
  if (requirements.length === 0) return true;
  if (counted.group !== '' || counted.plural !== 'pods') return false;
  return requirements.every((each) => fits(each, object));
}

function fits({ scopeName, operator, values }: JsonRecord, pod: KubeObject): boolean {
  const spec = isRecord(pod['spec']) ? pod['spec'] : {};
  const status = isRecord(pod['status']) ? pod['status'] : {};
  switch (scopeName) {
    case 'Terminating':
      return typeof spec['activeDeadlineSeconds'] === 'number';
    case 'NotTerminating':
      return typeof spec['activeDeadlineSeconds'] !== 'number';
    case 'BestEffort':
      return status['qosClass'] === 'BestEffort';
    case 'NotBestEffort':
      return status['qosClass'] !== 'BestEffort';
    case 'PriorityClass':
      return fitsClass(spec['priorityClassName'], operator, values);
    default:
      return false;
  }
}

function fitsClass(name: unknown, operator: unknown, values: unknown): boolean {
  const isSet = typeof name === 'string' && name !== '';
  const listed = isSet && Array.isArray(values) && values.includes(name);
  switch (operator) {
    case 'In':
      return listed;
    case 'NotIn':
      return !listed;
    case 'DoesNotExist':
      return !isSet;
    default:
      return isSet;
  }
}
