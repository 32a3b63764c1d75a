import type { Autoscaler, Said, ScalingRules } from './autoscaler.ts';

/** A number of replicas that was wanted, or a step that was made, at a moment (milliseconds). */
export interface Noted {
  readonly at: number;
  readonly count: number;
}

/** What one autoscaler has wanted and done lately. */
export interface Memory {
  readonly recommendations: readonly Noted[];
  /** Steps up and down, as positive counts. */
  readonly ups: readonly Noted[];
  readonly downs: readonly Noted[];
}

export interface Limited {
  readonly replicas: number;
  readonly said: readonly Said[];
  /** The recommendations to remember. */
  readonly recommendations: readonly Noted[];
}

type Rules = Required<Pick<Direction, 'windowMs' | 'select' | 'policies'>>;

interface Direction {
  readonly windowMs: number;
  readonly select: string;
  readonly policies: ReadonlyArray<{ type: string; value: number; periodSeconds: number }>;
}

const upDefaults: Rules = {
  windowMs: 0,
  select: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const downDefaults: Rules = {
  windowMs: 300_000,
  select: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

/** The longest time that is looked back on. */
export const memoryMs = 3_600_000;

function rulesOf(given: ScalingRules | undefined, defaults: Rules): Rules {
  const { stabilizationWindowSeconds: seconds, selectPolicy, policies } = given ?? {};
  return {
    windowMs: typeof seconds === 'number' ? seconds * 1000 : defaults.windowMs,
    select: selectPolicy ?? defaults.select,
    policies: policies && policies.length > 0 ? policies : defaults.policies,
  };
}

/**
 * What is made of a wish: held back by the recommendations of the window, by the speed the policies
 * allow, and by the smallest and largest number. Pure.
 */
export function limitScaling(
  { spec }: Autoscaler,
  wish: { readonly current: number; readonly wanted: number; readonly now: Date },
  memory: Memory,
): Limited {
  const { current, wanted, now } = wish;
  const up = rulesOf(spec.behavior?.scaleUp, upDefaults);
  const down = rulesOf(spec.behavior?.scaleDown, downDefaults);
  const at = now.getTime();
  const recommendations = [
    ...memory.recommendations.filter((each) => at - each.at < memoryMs),
    { at, count: wanted },
  ];
  const steady = stabilize({ current, wanted, at }, recommendations, { up, down });
  const bounds = { min: spec.minReplicas ?? 1, max: spec.maxReplicas };
  const isFree = spec.behavior === undefined;
  const speed = { up, down, memory, at, bounds, isFree };
  const { replicas, said } = withSpeed(current, steady.replicas, speed);
  return { replicas, said: [steady.said, said], recommendations };
}

function stabilize(
  { current, wanted, at }: { current: number; wanted: number; at: number },
  recommendations: readonly Noted[],
  { up, down }: { readonly up: Rules; readonly down: Rules },
): { readonly replicas: number; readonly said: Said } {
  const within = (ms: number): number[] => [
    wanted,
    ...recommendations.filter((each) => at - each.at < ms).map(({ count }) => count),
  ];
  const lowest = Math.min(...within(up.windowMs));
  const highest = Math.max(...within(down.windowMs));
  // As it is now, moved up to what has been the least, and down to what has been the most.
  const replicas = Math.min(Math.max(current, lowest), highest);
  const say = (reason: string, message: string): Said => ({
    type: 'AbleToScale',
    status: 'True',
    reason,
    message,
  });
  if (replicas > wanted)
    return {
      replicas,
      said: say(
        'ScaleDownStabilized',
        'recent recommendations were higher than current one, applying the highest recent recommendation',
      ),
    };
  if (replicas < wanted)
    return {
      replicas,
      said: say(
        'ScaleUpStabilized',
        'recent recommendations were lower than current one, applying the lowest recent recommendation',
      ),
    };
  return { replicas, said: say('ReadyForNewScale', 'recommended size matches current size') };
}

interface Speed {
  readonly up: Rules;
  readonly down: Rules;
  readonly memory: Memory;
  readonly at: number;
  readonly bounds: { readonly min: number; readonly max: number };
  /** No behaviour was asked for: the older rule for steps up holds. */
  readonly isFree: boolean;
}

function withSpeed(
  current: number,
  wanted: number,
  speed: Speed,
): { readonly replicas: number; readonly said: Said } {
  const { min, max } = speed.bounds;
  const limited = (replicas: number, reason: string, message: string) => ({
    replicas,
    said: { type: 'ScalingLimited', status: 'True', reason, message } as const,
  });
  if (wanted > current) {
    const fastest = Math.max(upLimit(current, speed), current);
    if (wanted > Math.min(fastest, max))
      return fastest < max
        ? limited(
            fastest,
            'ScaleUpLimit',
            'the desired replica count is increasing faster than the maximum scale rate',
          )
        : limited(
            max,
            'TooManyReplicas',
            'the desired replica count is more than the maximum replica count',
          );
  }
  if (wanted < current) {
    const fastest = Math.min(downLimit(current, speed), current);
    if (wanted < Math.max(fastest, min))
      return fastest > min
        ? limited(
            fastest,
            'ScaleDownLimit',
            'the desired replica count is decreasing faster than the maximum scale rate',
          )
        : limited(
            min,
            'TooFewReplicas',
            'the desired replica count is less than the minimum replica count',
          );
  }
  return {
    replicas: wanted,
    said: {
      type: 'ScalingLimited',
      status: 'False',
      reason: 'DesiredWithinRange',
      message: 'the desired count is within the acceptable range',
    },
  };
}

/** Steps of a direction within a policy's period. */
function stepsIn(steps: readonly Noted[], at: number, periodSeconds: number): number {
  return steps
    .filter((each) => at - each.at < periodSeconds * 1000)
    .reduce((sum, { count }) => sum + count, 0);
}

function upLimit(current: number, { up, memory, at, isFree }: Speed): number {
  if (isFree) return Math.max(2 * current, 4);
  if (up.select === 'Disabled') return current;
  const limits = up.policies.map(({ type, value, periodSeconds }) => {
    const start =
      current - stepsIn(memory.ups, at, periodSeconds) + stepsIn(memory.downs, at, periodSeconds);
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100) - 1e-9);
  });
  return up.select === 'Min' ? Math.min(...limits) : Math.max(...limits);
}

function downLimit(current: number, { down, memory, at }: Speed): number {
  if (down.select === 'Disabled') return current;
  const limits = down.policies.map(({ type, value, periodSeconds }) => {
    const start =
      current + stepsIn(memory.downs, at, periodSeconds) - stepsIn(memory.ups, at, periodSeconds);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100) + 1e-9);
  });
  return down.select === 'Min' ? Math.max(...limits) : Math.min(...limits);
}
