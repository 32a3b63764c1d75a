import type { Condition } from '../../../lib/kube/index.ts';
import { isSidecar, type ContainerView, type PodPlan } from './decide-pod.ts';
import { timeText, type ContainerStatus, type Pod, type PodSpec, type PodStatus } from './pod.ts';

/** A container as the status shows it. */
export interface ContainerReport extends ContainerView {
  readonly waiting?: { readonly reason: string; readonly message?: string } | undefined;
  readonly startedAt?: string | undefined;
  readonly last?: ContainerStatus['lastState']['terminated'] | undefined;
  readonly ready: boolean;
  readonly imageId: string;
  readonly containerId?: string | undefined;
}

export interface PodReport {
  readonly plan: Pick<PodPlan, 'phase' | 'initialized'>;
  readonly containers: readonly ContainerReport[];
  readonly podIP: string | undefined;
  readonly hostIP: string;
  readonly startTime: string;
  readonly now: Date;
  /** Why the pod failed as a whole, e.g. DeadlineExceeded. */
  readonly failure?: { readonly reason: string; readonly message: string } | undefined;
}

/** The pod's status. lastTransitionTime of a condition moves only when its status does. Pure. */
export function podStatus(pod: Pod, report: PodReport): PodStatus {
  const { plan, containers, podIP, hostIP, failure } = report;
  const phase = failure === undefined ? plan.phase : 'Failed';
  const init = containers.filter((each) => each.isInit);
  const main = containers.filter((each) => !each.isInit);
  return {
    phase,
    ...failure,
    conditions: conditionsOf(pod, report, phase) ?? [],
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime: report.startTime,
    ...(init.length === 0 ? {} : { initContainerStatuses: init.map(containerStatus) }),
    containerStatuses: main.map(containerStatus),
    qosClass: qosClass(pod.spec),
  };
}

function containerStatus(report: ContainerReport): ContainerStatus {
  const { spec, containerId } = report;
  // While it waits to be started again, what has just ended is the last state.
  const hasJustEnded = report.waiting !== undefined && report.terminated !== undefined;
  const last = hasJustEnded ? report.terminated : report.last;
  return {
    name: spec.name,
    state: stateOf(report),
    lastState: last === undefined ? {} : { terminated: last },
    ready: report.ready,
    started: report.state === 'running' && report.started,
    restartCount: report.restartCount,
    image: spec.image,
    imageID: report.imageId,
    ...(containerId === undefined ? {} : { containerID: containerId }),
  };
}

function stateOf(report: ContainerReport): ContainerStatus['state'] {
  const { state, waiting, terminated, startedAt = '', isInit, spec } = report;
  if (state === 'running') return { running: { startedAt } };
  if (state === 'terminated' && waiting === undefined && terminated !== undefined)
    return { terminated };
  const fallback = {
    reason: isInit && !spec.restartPolicy ? 'PodInitializing' : 'ContainerCreating',
  };
  return { waiting: waiting ?? fallback };
}

function conditionsOf(pod: Pod, report: PodReport, phase: string): PodStatus['conditions'] {
  const { plan, containers, podIP, now } = report;
  const before = pod.status?.conditions ?? [];
  const hasEnded = phase === 'Succeeded' || phase === 'Failed';
  const counted = containers.filter((each) => !each.isInit || isSidecar(each));
  const unready = counted.filter((each) => !each.ready).map((each) => each.spec.name);
  const allReady = unready.length === 0 && !hasEnded && plan.initialized;
  const open = containers
    .filter((each) => each.isInit && !isDone(each))
    .map((each) => each.spec.name);
  const notReady = hasEnded
    ? { reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' }
    : {
        reason: 'ContainersNotReady',
        message: `containers with unready status: [${unready.join(' ')}]`,
      };
  const notInitialized = {
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${open.join(' ')}]`,
  };
  const rows: Array<[string, boolean, { reason?: string; message?: string }]> = [
    ['PodReadyToStartContainers', podIP !== undefined && !hasEnded, {}],
    ['Initialized', plan.initialized, plan.initialized ? {} : notInitialized],
    ['Ready', allReady, allReady ? {} : notReady],
    ['ContainersReady', allReady, allReady ? {} : notReady],
    ['PodScheduled', true, {}],
  ];
  const ours = new Set(rows.map(([type]) => type));
  const foreign = before.filter((each) => !ours.has(each.type));
  const made = rows.map(([type, isTrue, why]) => {
    const status: Condition['status'] = isTrue ? 'True' : 'False';
    const old = before.find((each) => each.type === type);
    const since = old?.status === status ? old.lastTransitionTime : undefined;
    return {
      type,
      status,
      lastTransitionTime: since ?? timeText(now),
      ...why,
    };
  });
  return [...made, ...foreign];
}

function isDone(report: ContainerReport): boolean {
  return isSidecar(report)
    ? report.started
    : report.state === 'terminated' && report.terminated?.exitCode === 0;
}

/** Guaranteed, Burstable or BestEffort, by requests and limits of cpu and memory. */
export function qosClass(spec: PodSpec): string {
  const all = [...spec.containers, ...(spec.initContainers ?? [])].map(
    (each) => each.resources ?? {},
  );
  const isNamed = ({ requests = {}, limits = {} }: (typeof all)[number]): boolean =>
    ['cpu', 'memory'].some((name) => name in requests || name in limits);
  if (!all.some(isNamed)) return 'BestEffort';
  const isFull = all.every(({ requests = {}, limits = {} }) =>
    ['cpu', 'memory'].every(
      (name) => name in limits && (!(name in requests) || requests[name] === limits[name]),
    ),
  );
  return isFull ? 'Guaranteed' : 'Burstable';
}
