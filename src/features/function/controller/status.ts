import { isRecord } from '../../../base/index.ts';
import type { KnownError } from '../../../base/index.ts';
import type { FunctionObject } from '../../../api/function/index.ts';
import { setCondition } from '../../../lib/controller/index.ts';
import type { StatusWriter } from '../../../lib/controller/index.ts';
import type { Condition } from '../../../lib/kube/index.ts';
import type { FunctionView } from './decide.ts';

type How = Parameters<StatusWriter<FunctionObject, FunctionView>>[1];

interface Told {
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
}

/**
 * Conditions that `kubectl wait` and GitOps tools understand: `Ready` for all is well, `Healthy` for
 * enough pods, `Reconciling` and `Stalled` as kstatus reads them; and the Deployment's numbers.
 */
export const functionStatus: StatusWriter<FunctionObject, FunctionView> = (object, how) => {
  const observedGeneration = object.metadata.generation ?? 0;
  const told = conditionsOf(how);
  let conditions = (object.status?.conditions ?? []) as Condition[];
  for (const [type, each] of Object.entries(told)) {
    conditions = setCondition(conditions, { type, ...each, observedGeneration }, how.now);
  }
  return { conditions, observedGeneration, ...countsOf(how.view) };
};

function conditionsOf({ view, decision, error }: How): Record<string, Told> {
  if (error !== undefined) return failureConditions(error);
  const message = decision?.because ?? '';
  const isDone = decision?.is === 'done';
  const reason = isDone ? 'Synced' : 'Progressing';
  const healthy = isDone || hasPods(view);
  return {
    Ready: { status: yes(isDone), reason, message },
    Healthy: { status: yes(healthy), reason: healthy ? 'Available' : 'Unavailable', message },
    Reconciling: { status: yes(!isDone), reason, message },
    Stalled: { status: 'False', reason, message: '' },
  };
}

/** Stalled when only a change by a person can help, reconciling when another try may. */
function failureConditions({ code, retry, message }: KnownError): Record<string, Told> {
  const reason = code === 'exists' ? 'ErrResourceExists' : 'ReconcileFailed';
  const isStuck = retry === 'when-changed' || code === 'exists';
  return {
    Ready: { status: 'False', reason, message },
    Reconciling: { status: yes(!isStuck), reason, message },
    Stalled: { status: yes(isStuck), reason, message },
  };
}

function yes(is: boolean): 'True' | 'False' {
  return is ? 'True' : 'False';
}

function hasPods(view: FunctionView | undefined): boolean {
  const { availableReplicas } = countsOf(view);
  return availableReplicas !== undefined && availableReplicas > 0;
}

function countsOf(view: FunctionView | undefined): Record<string, number> {
  const status = view?.deployment?.status;
  if (!isRecord(status)) return {};
  const count = (name: string): number => (typeof status[name] === 'number' ? status[name] : 0);
  return {
    replicas: count('replicas'),
    availableReplicas: count('availableReplicas'),
    unavailableReplicas: count('unavailableReplicas'),
  };
}
