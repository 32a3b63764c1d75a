import { isRecord, type KubeObject } from '../../../base/index.ts';
import type { AdmissionRequest } from '../admission/admission.ts';
import { conflict } from '../http/status-error.ts';
import type { DeleteOptions } from '../http/delete-options.ts';
import { nowText, type Call } from '../server-state.ts';
import { RevisionError, type Stored } from '../store/store.ts';

/** What became of an object that was deleted. */
export interface Deleted {
  readonly object: KubeObject;
  /** Undefined for a dry run; the last version when it is gone. */
  readonly stored: Stored | undefined;
  /** False: it stays until its finalizers are done or its grace is over. */
  readonly gone: boolean;
}

/** Deletes one object, as far as its finalizers and its grace allow. */
export async function deleteStored(
  call: Call,
  stored: Stored,
  options: DeleteOptions,
): Promise<Deleted> {
  const { resource, state, target } = call;
  const object = resource.strategy.toStorage(stored.parse());
  checkPreconditions(call, object, options);
  const request: AdmissionRequest = {
    call,
    operation: 'delete',
    namespace: object.metadata.namespace ?? target.namespace,
    name: object.metadata.name,
    subresource: undefined,
    old: object,
    dryRun: options.dryRun,
  };
  await state.admission.admit(request);
  await state.admission.confirm(request);
  const plan = planOf(call, object, options);
  if (options.dryRun)
    return { object: plan.object ?? object, stored: undefined, gone: !plan.object };
  if (plan.object) {
    const kept = plan.changed ? state.store.put(stored.key, plan.object, stored.revision) : stored;
    return { object: plan.object, stored: kept, gone: false };
  }
  const last = state.store.remove(stored.key, stored.revision);
  if (resource.group === '' && resource.plural === 'services') state.addresses.release(object);
  return { object, stored: last, gone: true };
}

/** The same, again when somebody else writes in between. */
export async function deleteByKey(
  call: Call,
  find: () => Stored,
  options: DeleteOptions,
): Promise<Deleted> {
  for (let attempt = 1; ; attempt++) {
    const stored = find();
    try {
      return await deleteStored(call, stored, options);
    } catch (thrown) {
      if (!(thrown instanceof RevisionError)) throw thrown;
      if (attempt === 5) throw conflict(call.resource, call.target.name ?? '');
    }
  }
}

interface DeletePlan {
  /** The object as it stays; undefined: it goes. */
  readonly object: KubeObject | undefined;
  readonly changed: boolean;
}

function planOf(call: Call, live: KubeObject, options: DeleteOptions): DeletePlan {
  const object = structuredClone(live);
  const { metadata } = object;
  const already = live.metadata.deletionTimestamp !== undefined;
  const finalizers = finalizersFor(call, live, options);
  const finalizersChanged = finalizers.join() !== (metadata.finalizers ?? []).join();
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const grace = graceOf(call, live, options);
  const held = finalizers.length > 0 || isHeldNamespace(live);
  if (grace === 0 && !held) return { object: undefined, changed: true };
  if (already) {
    const shorter = grace < (live.metadata.deletionGracePeriodSeconds ?? 0);
    if (shorter) setDeletion(call, object, grace);
    return { object, changed: shorter || finalizersChanged };
  }
  setDeletion(call, object, grace);
  if (metadata.generation !== undefined) metadata.generation += 1;
  if (live.kind === 'Namespace') object['status'] = { ...statusOf(live), phase: 'Terminating' };
  return { object, changed: true };
}

function setDeletion(call: Call, { metadata }: KubeObject, grace: number): void {
  const { clock } = call.state;
  const at = new Date(clock.now().getTime() + grace * 1000).toISOString();
  metadata.deletionTimestamp = grace === 0 ? nowText(clock) : `${at.slice(0, 19)}Z`;
  metadata.deletionGracePeriodSeconds = grace;
}

function isHeldNamespace(object: KubeObject): boolean {
  if (object.kind !== 'Namespace' || object.apiVersion !== 'v1') return false;
  const spec = isRecord(object['spec']) ? object['spec'] : {};
  return Array.isArray(spec['finalizers']) && spec['finalizers'].length > 0;
}

function statusOf(object: KubeObject): Record<string, unknown> {
  return isRecord(object['status']) ? object['status'] : {};
}

/** Only pods end gracefully: what runs is given its time, what does not run goes at once. */
function graceOf(call: Call, object: KubeObject, options: DeleteOptions): number {
  const { resource } = call;
  if (resource.group !== '' || resource.plural !== 'pods') return 0;
  const spec = isRecord(object['spec']) ? object['spec'] : {};
  const phase = statusOf(object)['phase'];
  if (!spec['nodeName'] || phase === 'Succeeded' || phase === 'Failed') return 0;
  const asked = options.gracePeriodSeconds ?? Number(spec['terminationGracePeriodSeconds'] ?? 30);
  const grace = Math.max(0, asked);
  const { deletionTimestamp, deletionGracePeriodSeconds = grace } = object.metadata;
  return deletionTimestamp === undefined ? grace : Math.min(grace, deletionGracePeriodSeconds);
}

const orphan = 'orphan';
const foreground = 'foregroundDeletion';

function finalizersFor(call: Call, object: KubeObject, options: DeleteOptions): string[] {
  const present = object.metadata.finalizers ?? [];
  const policy = options.propagationPolicy;
  const others = present.filter((each) => each !== orphan && each !== foreground);
  if (policy === undefined) {
    if (others.length !== present.length) return present;
    return call.resource.defaultPropagation === 'Orphan' ? [...present, orphan] : present;
  }
  if (policy === 'Orphan') return [...others, orphan];
  return policy === 'Foreground' ? [...others, foreground] : others;
}

function checkPreconditions(call: Call, object: KubeObject, options: DeleteOptions): void {
  const { kind } = call.resource;
  const { uid, resourceVersion } = options.preconditions;
  const { metadata } = object;
  const named = { group: '', plural: kind };
  if (uid !== undefined && uid !== metadata.uid)
    throw conflict(
      named,
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw conflict(
      named,
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
}
