import type { Clock } from '../../../base/index.ts';
import { timeText, type ContainerStatus, type Pod, type Terminated } from './pod.ts';

/** What the API still says of a container from before this program was started. */
export function earlierStatus({ status }: Pod, container: string): ContainerStatus | undefined {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
    (each) => each.name === container,
  );
}

/** How it ended: as told, or with the program that ran it; undefined when it never ran. */
export function earlierEnd({ state }: ContainerStatus, clock: Clock): Terminated | undefined {
  if (state.terminated !== undefined || state.running === undefined) return state.terminated;
  return {
    exitCode: 255,
    reason: 'Unknown',
    message: 'the node was restarted',
    startedAt: state.running.startedAt,
    finishedAt: timeText(clock.now()),
  };
}
