import { messageOf, type JsonRecord, type KubeObject } from '../../../../base/index.ts';
import { deepEqual, jsonPatch } from '../../../../lib/schema/index.ts';
import { badRequest, internalError } from '../../http/status-error.ts';
import type { ServedResource } from '../../resources/served-resource.ts';
import type { AdmissionRequest, AdmissionRule } from '../admission.ts';
import { callWebhook } from './call-webhook.ts';
import { conditionsHold } from './conditions.ts';
import type { Webhook, WebhookList } from './configurations.ts';
import { wantedAs } from './matches.ts';
import { denial, readVerdict, reviewOf, type Verdict } from './review.ts';

/** Asks the webhooks about a connection to a pod or service; they may refuse it. */
export function connectWebhooks(list: WebhookList): AdmissionRule {
  return async (request) => {
    await validate([...list.mutating(), ...list.validating()], request);
  };
}

/** Subresources whose requests carry another kind than the object: webhooks are not asked about them. */
const otherKinds: readonly string[] = ['scale', 'binding'];

/** Lets webhooks change what is written, one after the other. */
export function mutatingWebhooks(list: WebhookList): AdmissionRule {
  return (request) => {
    const hooks = list.mutating();
    return hooks.length === 0 || isOther(request) ? undefined : mutate(hooks, request);
  };
}

/** Lets webhooks refuse what is written; all are asked at once. */
export function validatingWebhooks(list: WebhookList): AdmissionRule {
  return (request) => {
    const hooks = list.validating();
    return hooks.length === 0 || isOther(request) ? undefined : validate(hooks, request);
  };
}

function isOther({ subresource }: AdmissionRequest): boolean {
  return subresource !== undefined && otherKinds.includes(subresource);
}

async function mutate(hooks: readonly Webhook[], request: AdmissionRequest): Promise<void> {
  const seen = new Map<Webhook, KubeObject | undefined>();
  for (const hook of hooks) {
    const resource = wantedAs(hook, request);
    if (!resource) continue;
    await mutateOnce(hook, request, resource);
    seen.set(hook, structuredClone(request.object));
  }
  // What came later may be news to those that asked to be told again.
  for (const [hook, left] of seen) {
    if (!hook.reinvoke || deepEqual(left, request.object)) continue;
    const resource = wantedAs(hook, request);
    if (resource) await mutateOnce(hook, request, resource);
  }
}

async function mutateOnce(
  hook: Webhook,
  request: AdmissionRequest,
  resource: ServedResource,
): Promise<void> {
  const verdict = await ask(hook, request, resource);
  if (!verdict) return;
  if (!verdict.allowed) throw denial(hook.name, verdict);
  const { object } = request;
  if (!object || verdict.patch.length === 0) return;
  const shown = resource.strategy.toVersion(structuredClone(object));
  replace(object, resource, patched(hook, shown, verdict.patch));
}

function patched(hook: Webhook, object: KubeObject, patch: readonly JsonRecord[]): KubeObject {
  try {
    return jsonPatch(object, patch as JsonRecord[]) as KubeObject;
  } catch (thrown) {
    throw internalError(
      `failed calling webhook ${JSON.stringify(hook.name)}: cannot apply the patch: ${messageOf(thrown)}`,
    );
  }
}

/** The admitted object keeps its identity for those who hold it; only its content changes. */
function replace(object: KubeObject, { strategy }: ServedResource, next: KubeObject): void {
  const { managedFields, uid, creationTimestamp } = object.metadata;
  const content = strategy.toStorage(strategy.defaulted(strategy.canonical(next)));
  for (const field of Object.keys(object)) delete object[field];
  Object.assign(object, content);
  if (managedFields !== undefined) object.metadata.managedFields = managedFields;
  if (uid !== undefined) object.metadata.uid = uid;
  if (creationTimestamp !== undefined) object.metadata.creationTimestamp = creationTimestamp;
}

async function validate(hooks: readonly Webhook[], request: AdmissionRequest): Promise<void> {
  const asked = hooks.flatMap((hook) => {
    const resource = wantedAs(hook, request);
    return resource ? [{ hook, resource }] : [];
  });
  const verdicts = await Promise.all(
    asked.map(({ hook, resource }) => ask(hook, request, resource)),
  );
  for (const [at, verdict] of verdicts.entries())
    if (verdict && !verdict.allowed) throw denial(asked[at]!.hook.name, verdict);
}

/** Undefined: it does not want to be asked, or could not be and that is to be ignored. */
async function ask(
  hook: Webhook,
  request: AdmissionRequest,
  resource: ServedResource,
): Promise<Verdict | undefined> {
  const review = reviewOf(hook, request, resource);
  if (hook.matchConditions.length > 0 && !(await conditionsHold(hook, request, review)))
    return undefined;
  if (request.dryRun && hook.sideEffects !== 'None' && hook.sideEffects !== 'NoneOnDryRun')
    throw badRequest(`admission webhook ${JSON.stringify(hook.name)} does not support dry run`);
  const { state, warnings } = request.call;
  try {
    const verdict = readVerdict(await callWebhook(state, hook, review), review.request.uid);
    warnings.push(...verdict.warnings);
    return verdict;
  } catch (thrown) {
    const why = `failed calling webhook ${JSON.stringify(hook.name)}: ${messageOf(thrown)}`;
    if (hook.failurePolicy === 'Fail') throw internalError(why);
    state.log.warn('a webhook could not be called and is ignored', { webhook: hook.name, why });
    return undefined;
  }
}
