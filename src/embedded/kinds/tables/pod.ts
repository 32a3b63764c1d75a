import type { JsonRecord } from '../../../base/index.ts';
import { listAt, numberAt, recordAt, recordsAt, textAt, valueAt } from '../records.ts';
import { ageSince } from './age.ts';
import { orNone, table } from './columns.ts';
import type { KindTable } from '../resource.ts';

/** What the columns Ready, Status and Restarts show. */
interface PodSummary {
  ready: number;
  total: number;
  status: string;
  restarts: number;
  lastRestart: string;
}

/** The table of pods. */
export const podTable: KindTable = table(
  ['Ready', 'Status', 'Restarts', 'Age', 'IP*', 'Node*', 'Nominated Node*', 'Readiness Gates*'],
  (pod, now) => {
    const { ready, total, status, restarts, lastRestart } = summarize(pod);
    const again = restarts > 0 && lastRestart !== '' ? ` (${ageSince(lastRestart, now)} ago)` : '';
    return [
      `${ready}/${total}`,
      status,
      `${restarts}${again}`,
      orNone(recordsAt(pod, 'status', 'podIPs')[0]?.['ip'] ?? valueAt(pod, 'status', 'podIP')),
      orNone(textAt(pod, 'spec', 'nodeName')),
      orNone(textAt(pod, 'status', 'nominatedNodeName')),
      readinessGates(pod),
    ];
  },
);

/** Whether a condition of this type is True. */
function isTrue(pod: JsonRecord, type: string): boolean {
  return recordsAt(pod, 'status', 'conditions').some(
    (each) => each['type'] === type && each['status'] === 'True',
  );
}

function readinessGates(pod: JsonRecord): string {
  const gates = recordsAt(pod, 'spec', 'readinessGates').map((g) => textAt(g, 'conditionType'));
  if (gates.length === 0) return '<none>';
  return `${gates.filter((type) => isTrue(pod, type)).length}/${gates.length}`;
}

/** Restart policy Always makes an init container a sidecar, which counts as a container. */
function sidecars(pod: JsonRecord): ReadonlySet<string> {
  return new Set(
    recordsAt(pod, 'spec', 'initContainers')
      .filter((each) => each['restartPolicy'] === 'Always')
      .map((each) => textAt(each, 'name')),
  );
}

/** The columns Ready, Status and Restarts of one pod. */
export function summarize(pod: JsonRecord): PodSummary {
  const isSidecar = sidecars(pod);
  const gated = recordsAt(pod, 'status', 'conditions').some(
    (each) => each['type'] === 'PodScheduled' && each['reason'] === 'SchedulingGated',
  );
  const phase = textAt(pod, 'status', 'phase');
  const summary: PodSummary = {
    ready: 0,
    total: listAt(pod, 'spec', 'containers').length + isSidecar.size,
    status: gated ? 'SchedulingGated' : textAt(pod, 'status', 'reason') || phase,
    restarts: 0,
    lastRestart: '',
  };
  const initializing = addInitContainers(pod, summary, isSidecar);
  if (!initializing || isTrue(pod, 'Initialized')) {
    countRestarts(
      summary,
      recordsAt(pod, 'status', 'initContainerStatuses').filter((each) =>
        isSidecar.has(textAt(each, 'name')),
      ),
    );
    addContainers(pod, summary);
  }
  if (valueAt(pod, 'metadata', 'deletionTimestamp') !== undefined) {
    if (textAt(pod, 'status', 'reason') === 'NodeLost') summary.status = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') summary.status = 'Terminating';
  }
  return summary;
}

/** Sets the counts anew from these container statuses. */
function countRestarts(summary: PodSummary, statuses: readonly JsonRecord[]): void {
  summary.restarts = 0;
  summary.lastRestart = '';
  for (const status of statuses) addRestarts(summary, status);
}

function addRestarts(summary: PodSummary, status: JsonRecord): void {
  summary.restarts += numberAt(status, ['restartCount']);
  const ended = textAt(status, 'lastState', 'terminated', 'finishedAt');
  if (ended > summary.lastRestart) summary.lastRestart = ended;
}

/** Returns whether the pod is still initializing; then Status says which step. */
function addInitContainers(
  pod: JsonRecord,
  summary: PodSummary,
  isSidecar: ReadonlySet<string>,
): boolean {
  const total = listAt(pod, 'spec', 'initContainers').length;
  const statuses = recordsAt(pod, 'status', 'initContainerStatuses');
  for (const [at, status] of statuses.entries()) {
    addRestarts(summary, status);
    if (numberAt(status, ['state', 'terminated', 'exitCode'], -1) === 0) continue;
    if (isSidecar.has(textAt(status, 'name')) && status['started'] === true) {
      if (status['ready'] === true) summary.ready += 1;
      continue;
    }
    summary.status = `Init:${initReason(status) ?? `${at}/${total}`}`;
    return true;
  }
  return false;
}

function initReason(status: JsonRecord): string | undefined {
  if (valueAt(status, 'state', 'terminated') !== undefined) return endReason(status);
  const waiting = textAt(status, 'state', 'waiting', 'reason');
  return waiting === '' || waiting === 'PodInitializing' ? undefined : waiting;
}

/** Why a container ended: its reason, else its signal, else its exit code. */
function endReason(status: JsonRecord): string {
  const ended = recordAt(status, 'state', 'terminated');
  const reason = textAt(ended, 'reason');
  if (reason !== '') return reason;
  const signal = numberAt(ended, ['signal']);
  return signal === 0 ? `ExitCode:${numberAt(ended, ['exitCode'])}` : `Signal:${signal}`;
}

function addContainers(pod: JsonRecord, summary: PodSummary): void {
  let running = false;
  for (const status of recordsAt(pod, 'status', 'containerStatuses').toReversed()) {
    addRestarts(summary, status);
    const waiting = textAt(status, 'state', 'waiting', 'reason');
    if (waiting !== '') summary.status = waiting;
    else if (valueAt(status, 'state', 'terminated') !== undefined)
      summary.status = endReason(status);
    else if (status['ready'] === true && valueAt(status, 'state', 'running') !== undefined) {
      running = true;
      summary.ready += 1;
    }
  }
  if (summary.status === 'Completed' && running) {
    summary.status = isTrue(pod, 'Ready') ? 'Running' : 'NotReady';
  }
}
