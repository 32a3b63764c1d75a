import type { KubeObject } from '../../../base/index.ts';
import type { AdmissionRequest } from '../admission/admission.ts';
import { alreadyExists, invalidObject } from '../http/status-error.ts';
import type { WriteOptions } from '../http/write-options.ts';
import { keyOfObject } from '../resources/served-resource.ts';
import { nowText, type Call } from '../server-state.ts';
import { RevisionError } from '../store/store.ts';
import { complaintsAbout } from './complaints.ts';
import { applyCascades } from './cascades.ts';
import { setNewMetadata } from './new-metadata.ts';
import { trackOwnership } from './ownership.ts';
import { generatedName } from './random-name.ts';
import { written, type Written } from './written.ts';

const nameAttempts = 8;

/** How a new object comes in. */
export interface CreateHow {
  readonly options: WriteOptions;
  /** The object brings its field ownership along (server-side apply). */
  readonly owned?: boolean;
}

/** Admits, completes, checks and stores a decoded object. The result is not promised until the store is durable. */
export async function insertObject(
  call: Call,
  decoded: KubeObject,
  how: CreateHow,
): Promise<Written> {
  const { metadata } = decoded;
  const generated = !metadata.name && Boolean(metadata.generateName);
  for (let attempt = 1; ; attempt++) {
    // Only what may be tried again is copied.
    const object = generated ? structuredClone(decoded) : decoded;
    if (generated) object.metadata.name = generatedName(metadata.generateName!);
    try {
      return await insertOnce(call, object, how);
    } catch (thrown) {
      if (!(thrown instanceof RevisionError)) throw thrown;
      if (!generated || attempt === nameAttempts)
        throw alreadyExists(call.resource, object.metadata.name, generated);
    }
  }
}

async function insertOnce(call: Call, decoded: KubeObject, how: CreateHow): Promise<Written> {
  const { resource, state, target } = call;
  const object = await prepared(call, decoded, how);
  if (!how.owned)
    trackOwnership(object, {
      resource,
      live: undefined,
      manager: how.options.fieldManager,
      now: nowText(state.clock),
      subresource: undefined,
    });
  const key = keyOfObject(resource, target.namespace, object.metadata.name);
  if (how.options.dryRun) {
    if (state.store.get(key)) throw new RevisionError(`${key} is there already`);
    return { object, stored: undefined, changed: true, created: true };
  }
  const undo = takeAddresses(call, object);
  try {
    const stored = state.store.put(key, object, 0);
    applyCascades(call, object);
    return written(stored, { created: true });
  } catch (thrown) {
    undo();
    throw thrown;
  }
}

async function prepared(call: Call, decoded: KubeObject, how: CreateHow): Promise<KubeObject> {
  const { resource, state, target } = call;
  const { strategy } = resource;
  const managed = decoded.metadata.managedFields;
  let object = strategy.toStorage(strategy.defaulted(strategy.canonical(decoded)));
  if (how.owned && managed) object.metadata.managedFields = managed;
  setNewMetadata(object.metadata, nowText(state.clock));
  strategy.prepareCreate(object);
  const request: AdmissionRequest = {
    call,
    operation: 'create',
    namespace: target.namespace,
    name: object.metadata.name ?? '',
    subresource: undefined,
    object,
    dryRun: how.options.dryRun,
  };
  await state.admission.admit(request);
  object = strategy.defaulted(object);
  const found = complaintsAbout(resource, object);
  const errors = found instanceof Promise ? await found : found;
  if (errors.length > 0) throw invalidObject(resource, object.metadata.name ?? '', errors);
  await state.admission.confirm({ ...request, object });
  return object;
}

/** Gives a service its addresses; the function gives them back when it could not be stored. */
function takeAddresses({ resource, state }: Call, object: KubeObject): () => void {
  if (resource.group !== '' || resource.plural !== 'services') return () => {};
  const errors = state.addresses.assign(object);
  if (errors.length > 0) throw invalidObject(resource, object.metadata.name, errors);
  return () => state.addresses.release(object);
}
