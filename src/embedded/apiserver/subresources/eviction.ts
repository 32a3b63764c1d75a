import { isRecord } from '../../../base/index.ts';
import { readBody } from '../http/body.ts';
import type { DeleteOptions } from '../http/delete-options.ts';
import { respondData } from '../present/respond.ts';
import type { Call } from '../server-state.ts';
import { storedOfCall } from '../verbs/get.ts';
import { deleteByKey } from '../write/delete.ts';
import { success } from './binding.ts';
import { spendBudget } from './budget.ts';

/** POST of an Eviction: deletes a pod, as far as its disruption budget allows. */
export async function evictPod(call: Call): Promise<Response> {
  const { value } = await readBody(call.request);
  const given = isRecord(value) && isRecord(value['deleteOptions']) ? value['deleteOptions'] : {};
  const grace = given['gracePeriodSeconds'];
  const options: DeleteOptions = {
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
    propagationPolicy: undefined,
    preconditions: isRecord(given['preconditions']) ? given['preconditions'] : {},
    dryRun: call.query.getAll('dryRun').includes('All') || Array.isArray(given['dryRun']),
  };
  spendBudget(call.state, storedOfCall(call).parse(), options.dryRun);
  await deleteByKey(call, () => storedOfCall(call), options);
  await call.state.store.durable();
  return respondData(call, success, 201);
}
