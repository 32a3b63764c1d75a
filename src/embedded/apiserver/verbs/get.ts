import { objectNotFound } from '../http/status-error.ts';
import { respondObject } from '../present/respond.ts';
import { keyOfObject } from '../resources/served-resource.ts';
import type { Call } from '../server-state.ts';
import type { Stored } from '../store/store.ts';
import { whenSafe } from './when-safe.ts';

/** GET of one object (or of its status, which shows all of it). */
export function getObject(call: Call): Response | Promise<Response> {
  const stored = storedOfCall(call);
  return whenSafe(call, stored.revision, respondObject(call, stored));
}

/** The kept object a call names; 404 when there is none. */
export function storedOfCall(call: Call): Stored {
  const { resource, target, state } = call;
  const name = target.name ?? '';
  const stored = state.store.get(keyOfObject(resource, target.namespace, name));
  if (!stored) throw objectNotFound(resource, name);
  return stored;
}
