import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { deepEqual, GoText } from '../../../lib/schema/index.ts';
import type { AdmissionRequest } from '../admission/admission.ts';
import { badRequest, conflict, invalidObject } from '../http/status-error.ts';
import type { WriteOptions } from '../http/write-options.ts';
import { versioned } from '../present/shape.ts';
import { keyOfObject } from '../resources/served-resource.ts';
import { nowText, type Call } from '../server-state.ts';
import { RevisionError, type Stored } from '../store/store.ts';
import { storedOfCall } from '../verbs/get.ts';
import { complaintsAbout } from './complaints.ts';
import { keepMetadata } from './new-metadata.ts';
import { trackOwnership } from './ownership.ts';
import { written, type Written } from './written.ts';

/** A change to one object. */
export interface Change {
  /** From the live object (a copy, in the version of the call) to the one wanted. */
  next(live: KubeObject): KubeObject;
  readonly options: WriteOptions;
  readonly subresource?: string | undefined;
  /** `next` has settled who owns what (server-side apply). */
  readonly owned?: boolean;
  /** The server's own change: no part of it is put back as it was. */
  readonly trusted?: boolean;
  /** A whole object was sent: without a resourceVersion it is only taken by kinds that allow it. */
  readonly whole?: boolean;
}

const attempts = 5;

/** Changes the object a call names; a race is tried again unless the change is tied to a version. */
export function changeObject(call: Call, change: Change): Promise<Written> {
  const { resource, state, target } = call;
  const key = keyOfObject(resource, target.namespace, target.name ?? '');
  return state.locks.run(key, () => changeInTurn(call, change));
}

async function changeInTurn(call: Call, change: Change): Promise<Written> {
  for (let attempt = 1; ; attempt++) {
    const stored = storedOfCall(call);
    try {
      return await changeOnce(call, change, stored);
    } catch (thrown) {
      if (!(thrown instanceof RevisionError)) throw thrown;
      if (attempt === attempts) throw conflict(call.resource, call.target.name ?? '');
    }
  }
}

async function changeOnce(call: Call, change: Change, stored: Stored): Promise<Written> {
  const { resource, state } = call;
  const live = resource.strategy.toStorage(stored.parse());
  const wanted = change.next(versioned(resource, stored));
  checkIdentity(call, wanted, live);
  checkVersion(call, change, { wanted, live });
  const object = await prepared(call, change, { wanted, live });
  if (!change.owned)
    trackOwnership(object, {
      resource,
      live,
      manager: change.options.fieldManager,
      now: nowText(state.clock),
      subresource: change.subresource,
    });
  if (same(object, live)) return written(stored, { changed: false });
  if (change.options.dryRun) return { object, stored: undefined, changed: true, created: false };
  return store(call, stored, { object, live });
}

async function prepared(
  call: Call,
  change: Change,
  { wanted, live }: { readonly wanted: KubeObject; readonly live: KubeObject },
): Promise<KubeObject> {
  const { resource, state, target } = call;
  const { strategy } = resource;
  const managed = wanted.metadata.managedFields;
  let object = strategy.toStorage(strategy.defaulted(strategy.canonical(wanted)));
  keepMetadata(object, live);
  if (!change.trusted) strategy.prepareUpdate(object, live, change.subresource);
  // Ownership is judged later; /status must not put the kept list over what an apply has settled.
  if (managed === undefined) delete object.metadata.managedFields;
  else object.metadata.managedFields = managed;
  const request: AdmissionRequest = {
    call,
    operation: 'update',
    namespace: target.namespace,
    name: object.metadata.name,
    subresource: change.subresource,
    object,
    old: live,
    dryRun: change.options.dryRun,
  };
  await state.admission.admit(request);
  object = strategy.defaulted(object);
  const was = { old: live, subresource: change.subresource };
  const found = complaintsAbout(resource, object, was);
  const errors = found instanceof Promise ? await found : found;
  if (errors.length > 0) throw invalidObject(resource, live.metadata.name, errors);
  await state.admission.confirm({ ...request, object });
  return object;
}

function store(
  { resource, state }: Call,
  stored: Stored,
  { object, live }: { readonly object: KubeObject; readonly live: KubeObject },
): Written {
  if (isOver(object)) {
    state.store.remove(stored.key, stored.revision);
    if (isService(resource)) state.addresses.release(live);
    return { object, stored: undefined, changed: true, created: false };
  }
  if (isService(resource)) moveAddresses({ resource, state } as Call, live, object);
  try {
    return written(state.store.put(stored.key, object, stored.revision));
  } catch (thrown) {
    if (isService(resource)) state.addresses.release(object, live);
    throw thrown;
  }
}

function isService({ group, plural }: Call['resource']): boolean {
  return group === '' && plural === 'services';
}

/** A changed service keeps what it has; what it newly needs is taken, what it no longer has goes back. */
function moveAddresses({ resource, state }: Call, live: KubeObject, object: KubeObject): void {
  state.addresses.release(live);
  const errors = state.addresses.assign(object);
  if (errors.length === 0) return;
  state.addresses.assign(live);
  throw invalidObject(resource, object.metadata.name, errors);
}

/** Whether nothing keeps an object that is being deleted. */
export function isOver(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined || finalizers.length > 0) return false;
  if (object.kind !== 'Namespace') return deletionGracePeriodSeconds === 0;
  const spec = object['spec'] as { finalizers?: string[] } | undefined;
  return (spec?.finalizers ?? []).length === 0;
}

function checkIdentity(call: Call, { metadata }: KubeObject, live: KubeObject): void {
  const { name, namespace } = live.metadata;
  if (metadata.name !== undefined && metadata.name !== name)
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  metadata.name = name;
  if (namespace !== undefined) metadata.namespace ??= namespace;
  if (metadata.namespace !== namespace && call.resource.namespaced)
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  if (metadata.uid && metadata.uid !== live.metadata.uid)
    throw conflict(
      call.resource,
      name,
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${live.metadata.uid}`,
    );
}

function checkVersion(
  call: Call,
  change: Change,
  { wanted, live }: { readonly wanted: KubeObject; readonly live: KubeObject },
): void {
  const { resource } = call;
  const { resourceVersion } = wanted.metadata;
  if (resourceVersion && resourceVersion !== '0') {
    if (resourceVersion !== live.metadata.resourceVersion)
      throw conflict(resource, live.metadata.name);
    return;
  }
  if (change.whole && !resource.unconditionalUpdate)
    throw invalidObject(resource, live.metadata.name, [
      {
        type: 'invalid',
        field: 'metadata.resourceVersion',
        // Go prints the unsigned number that is not there.
        value: new GoText('0x0'),
        detail: 'must be specified for an update',
      },
    ]);
}

/** Whether a write would change nothing; the times of field ownership do not count. */
function same(object: KubeObject, live: KubeObject): boolean {
  return deepEqual(comparable(object), comparable(live));
}

function comparable(object: KubeObject): JsonRecord {
  const { resourceVersion: _, managedFields, ...metadata } = object.metadata;
  const owners = (managedFields ?? []).map(({ time: _time, ...entry }) => entry);
  return { ...object, metadata: { ...metadata, owners } };
}
