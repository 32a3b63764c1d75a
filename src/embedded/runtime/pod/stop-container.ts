import { messageOf, type Clock } from '../../../base/index.ts';
import { tryAction, type ProbeTarget, type Tried } from '../probes/probe.ts';

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

/**
 * Ends a container: its preStop hook, SIGTERM, and SIGKILL when the grace is over; the hook's time counts.
 * Resolves when the container has ended.
 */
export async function stopContainer(
  target: ProbeTarget,
  graceSeconds: number,
  tell: Tell,
  clock: Clock,
): Promise<void> {
  const { running, spec } = target;
  const over = new AbortController();
  clock.sleep(graceSeconds * 1000, over.signal).then(
    () => running.kill('SIGKILL'),
    () => {},
  );
  const isPatient = graceSeconds > 0;
  if (isPatient && spec.lifecycle?.preStop) await preStop(target, tell, clock, over.signal);
  running.kill(isPatient ? 'SIGTERM' : 'SIGKILL');
  await running.exited;
  over.abort();
}

async function preStop(
  target: ProbeTarget,
  tell: Tell,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { spec, running } = target;
  const fine: Tried = { ok: true, why: '' };
  const hook = spec.lifecycle?.preStop ?? {};
  const work = hook.sleep
    ? clock.sleep(hook.sleep.seconds * 1000, signal).then(() => fine)
    : tryAction(target, hook, signal);
  try {
    const { ok, why } = await Promise.race([work, running.exited.then(() => fine)]);
    if (!ok) tell('Warning', 'FailedPreStopHook', why);
  } catch (thrown) {
    tell('Warning', 'FailedPreStopHook', messageOf(thrown));
  }
}
