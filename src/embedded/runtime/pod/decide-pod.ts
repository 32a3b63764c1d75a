import type { ContainerSpec, PodSpec, Terminated } from './pod.ts';

/** How one container stands, as the life of its pod keeps it. */
export interface ContainerView {
  readonly spec: ContainerSpec;
  readonly isInit: boolean;
  readonly state: 'waiting' | 'starting' | 'running' | 'terminated';
  readonly terminated?: Terminated | undefined;
  /** Milliseconds since the epoch before which it must not be started again. */
  readonly notBefore?: number | undefined;
  /** It has passed its startup probe, or has none and runs. */
  readonly started: boolean;
  readonly restartCount: number;
}

export interface PodPlan {
  readonly start: readonly string[];
  /** Milliseconds until a held-back container may start. */
  readonly waitMs?: number;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly initialized: boolean;
}

/** An init container that keeps running beside the others. */
export function isSidecar(view: Pick<ContainerView, 'spec' | 'isInit'>): boolean {
  return view.isInit && view.spec.restartPolicy === 'Always';
}

/** What a pod's containers need next, and the phase they add up to. Pure. */
export function decidePod(spec: PodSpec, views: readonly ContainerView[], now: number): PodPlan {
  const start: string[] = [];
  let waitMs: number | undefined;
  const wantStart = (view: ContainerView): void => {
    const left = (view.notBefore ?? 0) - now;
    if (left <= 0) start.push(view.spec.name);
    else waitMs = Math.min(waitMs ?? left, left);
  };
  const init = decideInit(spec, views, wantStart);
  if (init === 'failed') return { start: [], phase: 'Failed', initialized: false };
  const mains = views.filter((each) => !each.isInit);
  const phase = init === 'open' ? 'Pending' : phaseOf(spec, mains);
  if (init === 'done' && (phase === 'Pending' || phase === 'Running'))
    for (const view of mains) if (needsStart(spec, view)) wantStart(view);
  return {
    start,
    ...(waitMs === undefined ? {} : { waitMs }),
    phase,
    initialized: init === 'done',
  };
}

function needsStart(spec: PodSpec, view: ContainerView): boolean {
  if (view.state === 'waiting') return true;
  return view.state === 'terminated' && restarts(spec, view);
}

type InitState = 'open' | 'done' | 'failed';

/** Init containers run one after the other; the first that is not through decides. */
function decideInit(
  spec: PodSpec,
  views: readonly ContainerView[],
  wantStart: (view: ContainerView) => void,
): InitState {
  for (const view of views.filter((each) => each.isInit)) {
    const isDown = view.state === 'waiting' || view.state === 'terminated';
    const state = isSidecar(view) ? sidecarState(view) : initState(spec, view);
    if (isDown && (state === 'open' || isSidecar(view))) wantStart(view);
    if (state !== 'done') return state;
  }
  return 'done';
}

/** A sidecar that was up once and restarts does not hold the others back again. */
function sidecarState(view: ContainerView): InitState {
  return (view.state === 'running' && view.started) || view.restartCount > 0 ? 'done' : 'open';
}

function initState(spec: PodSpec, { state, terminated }: ContainerView): InitState {
  if (state !== 'terminated') return 'open';
  if (terminated?.exitCode === 0) return 'done';
  return spec.restartPolicy === 'Never' ? 'failed' : 'open';
}

/** Whether a container that ended is started again. */
export function restarts(spec: PodSpec, view: ContainerView): boolean {
  if (isSidecar(view)) return true;
  const policy = spec.restartPolicy ?? 'Always';
  if (policy === 'Never') return false;
  return policy === 'Always' || view.terminated?.exitCode !== 0;
}

function phaseOf(spec: PodSpec, mains: readonly ContainerView[]): PodPlan['phase'] {
  const ended = mains.filter((view) => view.state === 'terminated' && !restarts(spec, view));
  if (ended.length === mains.length)
    return ended.every((view) => view.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
  const isUp = mains.every(
    (view) => view.state === 'running' || view.state === 'terminated' || view.restartCount > 0,
  );
  return isUp ? 'Running' : 'Pending';
}

const firstBackoffMs = 10_000;
const maxBackoffMs = 300_000;
const calmMs = 600_000;

/** The wait before the next restart: none for the first, then 10 s doubling to 5 min; ten calm minutes reset it. */
export function nextBackoffMs(previousMs: number | undefined, ranForMs: number): number {
  if (previousMs === undefined || ranForMs >= calmMs) return 0;
  return previousMs === 0 ? firstBackoffMs : Math.min(previousMs * 2, maxBackoffMs);
}
