import type { Node, Pod, PodSpec } from '../objects.ts';
import { quantity } from './quantity.ts';

/** Why no node takes a pod, in the scheduler's words; `undefined` means: it fits. */
export type Refusal = string | undefined;

/** Whether a pod is for this scheduler to place. Pure. */
export function isToPlace(pod: Pod): boolean {
  return (
    pod.spec.nodeName === undefined &&
    pod.metadata.deletionTimestamp === undefined &&
    (pod.spec.schedulerName ?? 'default-scheduler') === 'default-scheduler' &&
    (pod.spec.schedulingGates ?? []).length === 0 &&
    pod.status?.phase !== 'Succeeded' &&
    pod.status?.phase !== 'Failed'
  );
}

/** Whether the node takes the pod beside those it has. Pure. */
export function decideSchedule(pod: Pod, node: Node | undefined, onNode: readonly Pod[]): Refusal {
  if (node === undefined) return 'no nodes available to schedule pods';
  const reason =
    unschedulable(pod, node) ??
    taintRefusal(pod, node) ??
    selectorRefusal(pod, node) ??
    roomRefusal(pod, node, onNode);
  return reason === undefined ? undefined : `0/1 nodes are available: 1 ${reason}.`;
}

function unschedulable(pod: Pod, node: Node): Refusal {
  if (node.spec?.unschedulable !== true) return undefined;
  const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  return tolerates(pod, taint) ? undefined : 'node(s) were unschedulable';
}

type Taint = { key: string; value?: string; effect: string };

function taintRefusal(pod: Pod, node: Node): Refusal {
  const taint = (node.spec?.taints ?? []).find(
    (each) => each.effect !== 'PreferNoSchedule' && !tolerates(pod, each),
  );
  return taint && `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
}

function tolerates(pod: Pod, taint: Taint): boolean {
  return (pod.spec.tolerations ?? []).some(
    ({ key, operator = 'Equal', value = '', effect }) =>
      (effect === undefined || effect === '' || effect === taint.effect) &&
      (operator === 'Exists'
        ? key === undefined || key === '' || key === taint.key
        : key === taint.key && value === (taint.value ?? '')),
  );
}

interface Term {
  matchExpressions?: Array<{ key: string; operator: string; values?: string[] }>;
}

function selectorRefusal(pod: Pod, node: Node): Refusal {
  const labels = node.metadata.labels ?? {};
  const fits = Object.entries(pod.spec.nodeSelector ?? {}).every(
    ([key, value]) => labels[key] === value,
  );
  const affinity = pod.spec['affinity'] as
    | {
        nodeAffinity?: {
          requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms?: Term[] };
        };
      }
    | undefined;
  const terms =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const wanted = terms === undefined || terms.some((term) => termFits(term, labels));
  return fits && wanted ? undefined : "node(s) didn't match Pod's node affinity/selector";
}

function termFits({ matchExpressions = [] }: Term, labels: Record<string, string>): boolean {
  return matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels[key];
    const tests: Readonly<Record<string, boolean>> = {
      In: value !== undefined && values.includes(value),
      NotIn: value === undefined || !values.includes(value),
      Exists: value !== undefined,
      DoesNotExist: value === undefined,
      Gt: Number(value) > Number(values[0]),
      Lt: Number(value) < Number(values[0]),
    };
    return tests[operator] ?? false;
  });
}

function roomRefusal(pod: Pod, node: Node, onNode: readonly Pod[]): Refusal {
  const { allocatable } = node.status ?? {};
  if (allocatable === undefined) return undefined;
  const running = onNode.filter(
    (each) => each.status?.phase !== 'Succeeded' && each.status?.phase !== 'Failed',
  );
  if (running.length + 1 > quantity(allocatable['pods'] ?? '110')) return 'Too many pods';
  for (const name of ['cpu', 'memory']) {
    const used = running.reduce((sum, each) => sum + requested(each.spec, name), 0);
    const wanted = requested(pod.spec, name);
    if (wanted > 0 && used + wanted > quantity(allocatable[name])) return `Insufficient ${name}`;
  }
  return undefined;
}

function requested(spec: PodSpec, name: string): number {
  return spec.containers.reduce(
    (sum, each) =>
      sum + quantity(each.resources?.requests?.[name] ?? each.resources?.limits?.[name]),
    0,
  );
}
