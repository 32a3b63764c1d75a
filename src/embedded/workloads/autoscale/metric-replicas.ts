import { KnownError } from '../../../base/index.ts';
import { quantity } from '../node/quantity.ts';
import type { Pod } from '../objects.ts';
import { readyCondition } from '../pod-state.ts';
import type { MetricTarget, PodUsage, Usage } from './autoscaler.ts';

/** A metric of the pods themselves. */
export interface ResourceQuestion {
  /** `cpu` or `memory`. */
  readonly resource: string;
  /** Only this container counts; absent: all of them. */
  readonly container?: string | undefined;
  readonly target: MetricTarget;
  /** Part by which usage may differ from the target before anything is done. */
  readonly tolerance: { readonly up: number; readonly down: number };
  readonly currentReplicas: number;
  readonly now: Date;
}

export interface ResourceAnswer {
  readonly replicas: number;
  /** For the status: of the target's own form. */
  readonly current: { averageUtilization?: number; averageValue: string };
}

/** A pod's first minutes, in which its processors tell nothing yet. */
const startingMs = 300_000;
/** A pod that was not ready for so long after its start was never ready. */
const firstReadyMs = 30_000;

/**
 * How many replicas bring the usage of the pods to its target, as the original reckons: pods that are
 * not ready, or tell nothing, are taken for what speaks against a change. Throws a `KnownError` when
 * the pods tell too little. Pure.
 */
export function replicasFor(
  question: ResourceQuestion,
  pods: readonly Pod[],
  usageOf: ReadonlyMap<string, PodUsage>,
): ResourceAnswer {
  const used = new Map<string, number>();
  const missing: Pod[] = [];
  const unready: Pod[] = [];
  const counted = pods.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined && status?.phase !== 'Failed',
  );
  for (const pod of counted) {
    const usage = usageOf.get(pod.metadata.uid ?? '');
    const amount = usage && amountOf(usage, question);
    if (pod.status?.phase === 'Pending') unready.push(pod);
    else if (amount === undefined) missing.push(pod);
    else if (question.resource === 'cpu' && isStarting(pod, question.now)) unready.push(pod);
    else used.set(pod.metadata.uid ?? '', amount);
  }
  if (used.size === 0)
    throw new KnownError(
      'failed',
      'did not receive metrics for targeted pods (pods might be unready)',
    );
  return question.target.averageUtilization === undefined
    ? byValue(question, { used, missing, unready })
    : byUtilization(question, { used, missing, unready, counted });
}

interface Sorted {
  readonly used: ReadonlyMap<string, number>;
  readonly missing: readonly Pod[];
  readonly unready: readonly Pod[];
}

function amountOf(usage: PodUsage, { resource, container }: ResourceQuestion): number | undefined {
  const of = (each: Usage): number => (resource === 'cpu' ? each.cores : each.memoryBytes);
  if (container !== undefined) {
    const one = usage.get(container);
    return one && of(one);
  }
  if (usage.size === 0) return undefined;
  return [...usage.values()].reduce((sum, each) => sum + of(each), 0);
}

function isStarting(pod: Pod, now: Date): boolean {
  const ready = readyCondition(pod);
  const started = Date.parse(pod.status?.startTime ?? '');
  if (ready === undefined || Number.isNaN(started)) return true;
  const changed = Date.parse(ready.lastTransitionTime ?? '');
  if (now.getTime() < started + startingMs) return ready.status === 'False';
  return ready.status === 'False' && started + firstReadyMs > changed;
}

function byUtilization(
  question: ResourceQuestion,
  sorted: Sorted & { readonly counted: readonly Pod[] },
): ResourceAnswer {
  const { used, counted, missing } = sorted;
  const target = question.target.averageUtilization ?? 1;
  const asked = new Map(counted.map((pod) => [pod.metadata.uid ?? '', requestOf(pod, question)]));
  const ratioOf = (amounts: ReadonlyMap<string, number>): number => {
    const requests = [...amounts.keys()].reduce((sum, uid) => sum + (asked.get(uid) ?? 0), 0);
    return percent(amounts, requests) / target;
  };
  const requests = [...used.keys()].reduce((sum, uid) => sum + (asked.get(uid) ?? 0), 0);
  const ratio = ratioOf(used);
  // What is not known is taken for all that was asked for, or for the target when that is more.
  const assumed = new Map(
    missing.map(({ metadata: { uid = '' } }) => [
      uid,
      ((asked.get(uid) ?? 0) * Math.max(100, target)) / 100,
    ]),
  );
  return {
    replicas: settle(question, { ...sorted, ratio, ratioOf, assumed }),
    current: {
      averageUtilization: percent(used, requests),
      averageValue: average(used, question.resource),
    },
  };
}

function percent(amounts: ReadonlyMap<string, number>, requests: number): number {
  if (requests === 0) throw new KnownError('failed', 'no metrics returned matched known pods');
  const total = [...amounts.values()].reduce((sum, each) => sum + each, 0);
  return Math.floor((total * 100) / requests + 1e-9);
}

function byValue(question: ResourceQuestion, sorted: Sorted): ResourceAnswer {
  const target = quantity(question.target.averageValue);
  const ratioOf = (amounts: ReadonlyMap<string, number>): number => meanOf(amounts) / target;
  const ratio = ratioOf(sorted.used);
  const assumed = new Map(sorted.missing.map(({ metadata: { uid = '' } }) => [uid, target]));
  return {
    replicas: settle(question, { ...sorted, ratio, ratioOf, assumed }),
    current: { averageValue: average(sorted.used, question.resource) },
  };
}

interface Reckoning extends Sorted {
  readonly ratio: number;
  readonly ratioOf: (amounts: ReadonlyMap<string, number>) => number;
  /** Usage of those that tell nothing, when fewer pods are wanted. */
  readonly assumed: ReadonlyMap<string, number>;
}

function settle(question: ResourceQuestion, reckoning: Reckoning): number {
  const { used, missing, unready, ratio } = reckoning;
  const { currentReplicas, tolerance } = question;
  const takesUnready = unready.length > 0 && ratio > 1;
  if (!takesUnready && missing.length === 0)
    return isWithin(ratio, tolerance) ? currentReplicas : Math.ceil(ratio * used.size - 1e-9);
  const all = withUnknown(reckoning);
  const careful = reckoning.ratioOf(all);
  const hasTurned = (ratio < 1 && careful > 1) || (ratio > 1 && careful < 1);
  if (isWithin(careful, tolerance) || hasTurned) return currentReplicas;
  const replicas = Math.ceil(careful * all.size - 1e-9);
  const isAgainst = careful < 1 ? replicas > currentReplicas : replicas < currentReplicas;
  return isAgainst ? currentReplicas : replicas;
}

/** On the way up pods that tell nothing, or are not ready, are idle; on the way down the former are busy. */
function withUnknown({ used, missing, unready, ratio, assumed }: Reckoning): Map<string, number> {
  const all = new Map(used);
  const uidOf = ({ metadata: { uid = '' } }: Pod): string => uid;
  if (ratio <= 1) {
    for (const uid of missing.map(uidOf)) all.set(uid, assumed.get(uid) ?? 0);
    return all;
  }
  for (const uid of [...missing, ...unready].map(uidOf)) all.set(uid, 0);
  return all;
}

function isWithin(ratio: number, { up, down }: ResourceQuestion['tolerance']): boolean {
  return ratio >= 1 - down - 1e-9 && ratio <= 1 + up + 1e-9;
}

function requestOf(pod: Pod, { resource, container }: ResourceQuestion): number {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(isSidecar)];
  const asked = container === undefined ? all : all.filter(({ name }) => name === container);
  return asked.reduce((sum, { name, resources }) => {
    const text = resources?.requests?.[resource];
    if (text !== undefined) return sum + quantity(text);
    throw new KnownError(
      'failed',
      `missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`,
    );
  }, 0);
}

function isSidecar(container: { readonly [key: string]: unknown }): boolean {
  return container['restartPolicy'] === 'Always';
}

function meanOf(amounts: ReadonlyMap<string, number>): number {
  return [...amounts.values()].reduce((sum, each) => sum + each, 0) / amounts.size;
}

function average(amounts: ReadonlyMap<string, number>, resource: string): string {
  const mean = meanOf(amounts);
  return resource === 'cpu' ? `${Math.floor(mean * 1000)}m` : String(Math.floor(mean));
}
