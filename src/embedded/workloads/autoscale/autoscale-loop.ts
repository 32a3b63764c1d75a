import { keyText, KnownError, messageOf, type Kind } from '../../../base/index.ts';
import { matchesSelector } from '../../../lib/kube/index.ts';
import { keyFromText } from '../key-text.ts';
import { createLoop, type Loop } from '../loop.ts';
import { teller, type LoopPorts, type Tell } from '../loop-ports.ts';
import type { Pod } from '../objects.ts';
import { writeStatus } from '../status-write.ts';
import { createStore, type Store } from '../store.ts';
import { timeText } from '../time.ts';
import type { Autoscaler, AutoscalerStatus, PodUsage, Said } from './autoscaler.ts';
import { withSaid } from './said.ts';
import { limitScaling, memoryMs, type Memory, type Noted } from './limit-scaling.ts';
import { readScale, writeScale, type Target } from './scale-target.ts';
import { MetricFailure, wishOf } from './wish.ts';

/** What the containers of a pod use now, by name; empty when nobody knows. */
export type UsageOf = (pod: Pod) => Promise<PodUsage>;

/** How often every autoscaler is looked at. */
const everyMs = 15_000;

const kind: Kind<Autoscaler> = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
};

interface Autoscaling extends LoopPorts {
  readonly store: Store<Autoscaler>;
  readonly tell: Tell;
  readonly usageOf: UsageOf;
  /** By uid of the autoscaler; forgotten with the process, as the original forgets it. */
  readonly memories: Map<string, Memory>;
}

/** Autoscalers: as many replicas as bring the usage of pods to its target. */
export function startAutoscaleLoop(ports: LoopPorts, usageOf: UsageOf): Loop {
  const autoscaling: Autoscaling = {
    ...ports,
    store: createStore(ports.cluster, ports.served(kind), ports),
    tell: teller(ports, 'horizontal-pod-autoscaler'),
    usageOf,
    memories: new Map(),
  };
  const loop = createLoop({
    ...ports,
    name: 'horizontalpodautoscaler',
    reconcile: (key) => reconcile(autoscaling, key),
  });
  autoscaling.store.onChange((autoscaler, before, gone) => {
    const { uid = '', generation } = autoscaler.metadata;
    if (gone) autoscaling.memories.delete(uid);
    // Its own status changes with every look.
    else if (before === undefined || before.metadata.generation !== generation)
      loop.enqueue(keyText(autoscaler.metadata));
  });
  return loop;
}

async function reconcile(ports: Autoscaling, key: string): Promise<number | undefined> {
  const autoscaler = ports.store.get(keyFromText(key));
  if (autoscaler === undefined || autoscaler.metadata.deletionTimestamp !== undefined)
    return undefined;
  const status = await look(ports, autoscaler);
  await writeStatus(ports.cluster, ports.store, autoscaler, status);
  return everyMs;
}

/** One look: what the status is after it. */
async function look(ports: Autoscaling, autoscaler: Autoscaler): Promise<AutoscalerStatus> {
  const { tell, clock } = ports;
  const say = (...said: readonly Said[]): AutoscalerStatus =>
    withSaid(autoscaler, said, timeText(clock.now()));
  let target: Target;
  try {
    target = await readScale(ports.cluster, autoscaler);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const message = `the HPA controller was unable to get the target's current scale: ${messageOf(thrown)}`;
    tell(autoscaler, 'Warning', 'FailedGetScale', messageOf(thrown));
    return say({ type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message });
  }
  const found: Said = {
    type: 'AbleToScale',
    status: 'True',
    reason: 'SucceededGetScale',
    message: "the HPA controller was able to get the target's current scale",
  };
  const { specReplicas: current } = target;
  const { minReplicas: min = 1 } = autoscaler.spec;
  const counts = { currentReplicas: target.statusReplicas, desiredReplicas: current };
  if (current === 0 && min > 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    const off = { status: 'False', reason: 'ScalingDisabled', message } as const;
    return { ...say(found, { type: 'ScalingActive', ...off }), ...counts, desiredReplicas: 0 };
  }
  try {
    const decision = await decide(ports, autoscaler, target);
    const { replicas, why, said, currentMetrics } = decision;
    const status = { ...say(found, ...said), ...counts, currentMetrics };
    if (replicas === current) return status;
    return await rescale(ports, autoscaler, { target, replicas, why, status });
  } catch (thrown) {
    if (!(thrown instanceof MetricFailure)) throw thrown;
    const { reason, message: text } = thrown;
    const message = `the HPA was unable to compute the replica count: ${text}`;
    tell(autoscaler, 'Warning', reason, text);
    tell(autoscaler, 'Warning', 'FailedComputeMetricsReplicas', text);
    return {
      ...say(found, { type: 'ScalingActive', status: 'False', reason, message }),
      ...counts,
    };
  }
}

interface Decision {
  readonly replicas: number;
  readonly why: string;
  readonly said: readonly Said[];
  readonly currentMetrics: object[];
}

async function decide(
  ports: Autoscaling,
  autoscaler: Autoscaler,
  { specReplicas: current, statusReplicas, selector }: Target,
): Promise<Decision> {
  const { minReplicas: min = 1, maxReplicas: max } = autoscaler.spec;
  const bounded = (replicas: number, why: string): Decision => ({
    replicas,
    why,
    said: [],
    currentMetrics: autoscaler.status?.currentMetrics ?? [],
  });
  if (current > max) return bounded(max, 'Current number of replicas above Spec.MaxReplicas');
  if (current < min) return bounded(min, 'Current number of replicas below Spec.MinReplicas');
  const pods = ports.stores.pods
    .list(autoscaler.metadata.namespace)
    .filter((pod) => matchesSelector(selector, pod.metadata.labels));
  const usageOf = await usages(pods, ports.usageOf);
  const now = ports.clock.now();
  const world = { currentReplicas: statusReplicas, pods, usageOf, now };
  const wish = wishOf(autoscaler, world);
  const { uid = '' } = autoscaler.metadata;
  const memory = ports.memories.get(uid) ?? { recommendations: [], ups: [], downs: [] };
  const asked = { current, wanted: wish.replicas, now };
  const { replicas, said, recommendations } = limitScaling(autoscaler, asked, memory);
  ports.memories.set(uid, { ...memory, recommendations });
  const why = wish.replicas > current ? `${wish.metric} above target` : 'All metrics below target';
  return { replicas, why, said: [wish.said, ...said], currentMetrics: wish.currentMetrics };
}

async function usages(
  pods: readonly Pod[],
  usageOf: UsageOf,
): Promise<ReadonlyMap<string, PodUsage>> {
  const known = new Map<string, PodUsage>();
  await Promise.all(
    pods.map(async (pod) => {
      const usage = await usageOf(pod).catch((): PodUsage => new Map());
      if (usage.size > 0) known.set(pod.metadata.uid ?? '', usage);
    }),
  );
  return known;
}

async function rescale(
  ports: Autoscaling,
  autoscaler: Autoscaler,
  step: {
    readonly target: Target;
    readonly replicas: number;
    readonly why: string;
    readonly status: AutoscalerStatus;
  },
): Promise<AutoscalerStatus> {
  const { target, replicas, why, status } = step;
  const time = timeText(ports.clock.now());
  const conditions = (said: Said): AutoscalerStatus =>
    withSaid({ ...autoscaler, status }, [said], time);
  try {
    await writeScale(ports.cluster, target, replicas);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const text = messageOf(thrown);
    const news = `New size: ${replicas}; reason: ${why}; error: ${text}`;
    ports.tell(autoscaler, 'Warning', 'FailedRescale', news);
    const message = `the HPA controller was unable to update the target scale: ${text}`;
    return conditions({
      type: 'AbleToScale',
      status: 'False',
      reason: 'FailedUpdateScale',
      message,
    });
  }
  note(ports, autoscaler, replicas - target.specReplicas);
  const news = `New size: ${replicas}; reason: ${why}`;
  ports.tell(autoscaler, 'Normal', 'SuccessfulRescale', news);
  const message = `the HPA controller was able to update the target scale to ${replicas}`;
  const said: Said = { type: 'AbleToScale', status: 'True', reason: 'SucceededRescale', message };
  return { ...conditions(said), desiredReplicas: replicas, lastScaleTime: time };
}

function note({ memories, clock }: Autoscaling, { metadata }: Autoscaler, change: number): void {
  const { uid = '' } = metadata;
  const memory = memories.get(uid) ?? { recommendations: [], ups: [], downs: [] };
  const at = clock.now().getTime();
  const recent = (all: readonly Noted[]): Noted[] => all.filter((each) => at - each.at < memoryMs);
  const step = { at, count: Math.abs(change) };
  memories.set(uid, {
    ...memory,
    ups: change > 0 ? [...recent(memory.ups), step] : memory.ups,
    downs: change < 0 ? [...recent(memory.downs), step] : memory.downs,
  });
}
