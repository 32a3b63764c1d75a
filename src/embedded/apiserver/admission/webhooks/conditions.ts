import { messageOf } from '../../../../base/index.ts';
import { compileCondition, type Condition } from '../../../../lib/schema/index.ts';
import { forbidden } from '../../http/status-error.ts';
import type { AdmissionRequest } from '../admission.ts';
import type { MatchCondition, Webhook } from './configurations.ts';
import type { Review } from './review.ts';

/** What a condition may speak of. There is no `authorizer` here: who uses it is told so. */
const variables = ['object', 'oldObject', 'request'] as const;

const compiled = new WeakMap<MatchCondition, Promise<Condition>>();

/** Compiles a condition once. */
export function conditionOf(match: MatchCondition): Promise<Condition> {
  const known = compiled.get(match);
  if (known) return known;
  const made = compileCondition(match.expression, variables);
  compiled.set(match, made);
  return made;
}

/**
 * Whether all conditions of a webhook are true of what it would be asked. One that is false settles it;
 * one that cannot be told means no when the webhook may be ignored, and a refusal when it may not.
 */
export async function conditionsHold(
  webhook: Webhook,
  admission: AdmissionRequest,
  { request }: Review,
): Promise<boolean> {
  const { object, oldObject, ...rest } = request;
  let unclear: string | undefined;
  for (const match of webhook.matchConditions) {
    const condition = await conditionOf(match);
    try {
      if ('error' in condition) unclear ??= condition.error;
      else if (!condition.holds({ object, oldObject, request: rest })) return false;
    } catch (thrown) {
      unclear ??= `expression '${match.expression}' resulted in error: ${messageOf(thrown)}`;
    }
  }
  if (unclear === undefined) return true;
  if (webhook.failurePolicy === 'Ignore') return false;
  const { call, name } = admission;
  throw forbidden(call.resource, name, unclear);
}
