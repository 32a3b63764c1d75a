import type { KubeObject } from '../../../base/index.ts';
import type { Condition, LabelSelector } from '../../../lib/kube/index.ts';
import type { Pod } from '../objects.ts';
import { isActive, isReady } from '../pod-state.ts';
import { timeText } from '../time.ts';

export interface DisruptionBudget extends KubeObject {
  spec: {
    minAvailable?: number | string;
    maxUnavailable?: number | string;
    selector?: LabelSelector;
  };
  status?: DisruptionStatus;
}

export interface DisruptionStatus {
  observedGeneration?: number;
  expectedPods: number;
  currentHealthy: number;
  desiredHealthy: number;
  disruptionsAllowed: number;
  disruptedPods?: Record<string, string>;
  conditions?: Condition[];
}

/** How many pods may be evicted now. `scale` is what the pods' owners want together. Pure. */
export function decideDisruption(
  budget: DisruptionBudget,
  pods: readonly Pod[],
  scale: number,
  now: Date,
): DisruptionStatus {
  const { spec, metadata, status } = budget;
  const counted = pods.filter(isActive);
  const currentHealthy = counted.filter(isReady).length;
  const { expectedPods, desiredHealthy } = wantedOf(spec, counted.length, scale);
  const isHealthy = currentHealthy > desiredHealthy && expectedPods > 0;
  const disruptionsAllowed = isHealthy ? currentHealthy - desiredHealthy : 0;
  const wanted = disruptionsAllowed > 0 ? 'True' : 'False';
  const before = status?.conditions?.find((each) => each.type === 'DisruptionAllowed');
  const isSame = before?.status === wanted;
  return {
    observedGeneration: metadata.generation ?? 0,
    expectedPods,
    currentHealthy,
    desiredHealthy,
    disruptionsAllowed,
    conditions: [
      {
        type: 'DisruptionAllowed',
        status: wanted,
        reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
        message: '',
        observedGeneration: metadata.generation ?? 0,
        lastTransitionTime: (isSame ? before.lastTransitionTime : undefined) ?? timeText(now),
      },
    ],
  };
}

function wantedOf(
  { minAvailable, maxUnavailable }: DisruptionBudget['spec'],
  count: number,
  scale: number,
): { expectedPods: number; desiredHealthy: number } {
  if (maxUnavailable !== undefined) {
    const away = part(maxUnavailable, scale);
    return { expectedPods: scale, desiredHealthy: Math.max(0, scale - away) };
  }
  if (typeof minAvailable === 'string')
    return { expectedPods: scale, desiredHealthy: part(minAvailable, scale) };
  return { expectedPods: count, desiredHealthy: minAvailable ?? 1 };
}

/** A number, or a percentage of the scale rounded up. */
function part(text: number | string, scale: number): number {
  if (typeof text === 'number') return text;
  return text.endsWith('%') ? Math.ceil((Number.parseInt(text, 10) * scale) / 100) : Number(text);
}
