import { isRecord, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import { matchesSelector } from '../../kinds/index.ts';
import { internalError, StatusError } from '../http/status-error.ts';
import { nowText, type ServerState } from '../server-state.ts';
import type { Stored } from '../store/store.ts';

/** How often a pod that is held back should be tried again, in seconds. */
const retrySeconds = 10;

/**
 * Takes one disruption from the budget that protects a pod, or refuses (429). Pods that do not run, and
 * those that are leaving already, cost nothing. The budget's numbers are kept by a control loop; what is
 * spent here is noted in the status until that loop has seen the pod go.
 */
export function spendBudget(state: ServerState, pod: KubeObject, dryRun: boolean): void {
  if (!isRunning(pod)) return;
  const budgets = budgetsOf(state, pod);
  if (budgets.length > 1)
    throw internalError(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const [stored] = budgets;
  if (!stored) return;
  const budget = stored.parse();
  if (!isReady(pod) && unreadyIsFree(budget)) return;
  const status = recordAt(budget, 'status');
  refuseUnlessAllowed(budget, status);
  if (dryRun) return;
  const disruptedPods = {
    ...recordAt(status, 'disruptedPods'),
    [pod.metadata.name]: nowText(state.clock),
  };
  const disruptionsAllowed = numberAt(status, 'disruptionsAllowed') - 1;
  const next = { ...budget, status: { ...status, disruptedPods, disruptionsAllowed } };
  state.store.put(stored.key, next, stored.revision);
}

function budgetsOf({ store }: ServerState, { metadata }: KubeObject): Stored[] {
  return store
    .list(`/policy/poddisruptionbudgets/${metadata.namespace}/`)
    .items.filter((stored) => {
      const selector = recordAt(stored.parse(), 'spec')['selector'];
      return isRecord(selector) && matchesSelector(selector, metadata.labels ?? {});
    });
}

function refuseUnlessAllowed({ metadata }: KubeObject, status: JsonRecord): void {
  const { name, generation = 0 } = metadata;
  if (numberAt(status, 'observedGeneration') < generation)
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`);
  if (numberAt(status, 'disruptionsAllowed') > 0) return;
  const [needs, has] = [numberAt(status, 'desiredHealthy'), numberAt(status, 'currentHealthy')];
  throw tooMany(
    `The disruption budget ${name} needs ${needs} healthy pods and has ${has} currently`,
  );
}

function tooMany(message: string): StatusError {
  return new StatusError(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    {
      details: {
        causes: [{ reason: 'DisruptionBudget', message }],
        retryAfterSeconds: retrySeconds,
      },
    },
  );
}

/** A pod that is not ready may go when it does not count: always, or while the budget has what it needs. */
function unreadyIsFree(budget: KubeObject): boolean {
  if (recordAt(budget, 'spec')['unhealthyPodEvictionPolicy'] === 'AlwaysAllow') return true;
  const status = recordAt(budget, 'status');
  const needs = numberAt(status, 'desiredHealthy');
  return needs > 0 && numberAt(status, 'currentHealthy') >= needs;
}

function isRunning(pod: KubeObject): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined && recordAt(pod, 'status')['phase'] === 'Running'
  );
}

function isReady(pod: KubeObject): boolean {
  const { conditions } = recordAt(pod, 'status');
  return (
    Array.isArray(conditions) &&
    conditions.filter(isRecord).some(({ type, status }) => type === 'Ready' && status === 'True')
  );
}

function recordAt(of: JsonRecord, field: string): JsonRecord {
  const found = of[field];
  return isRecord(found) ? found : {};
}

function numberAt(of: JsonRecord, field: string): number {
  return Number(of[field] ?? 0);
}
