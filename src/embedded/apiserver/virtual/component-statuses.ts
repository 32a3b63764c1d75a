import { methodNotAllowed, objectNotFound } from '../http/status-error.ts';
import { respondList, respondObject } from '../present/respond.ts';
import type { Call } from '../server-state.ts';
import { storedOf } from '../store/stored-text.ts';
import type { Stored } from '../store/store.ts';

const names = ['controller-manager', 'etcd-0', 'scheduler'] as const;

/** The old list of the cluster's parts; here they are one process, which answers. */
export function componentStatuses(call: Call): Response {
  if (call.request.method !== 'GET') throw methodNotAllowed();
  const { name } = call.target;
  if (name === undefined) return respondList(call, names.map(statusOf), { resourceVersion: '' });
  const found = names.find((each) => each === name);
  if (!found) throw objectNotFound(call.resource, name);
  return respondObject(call, statusOf(found));
}

function statusOf(name: string): Stored {
  const object = {
    kind: 'ComponentStatus',
    apiVersion: 'v1',
    metadata: { name, creationTimestamp: null },
    conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
  };
  return storedOf(`/core/componentstatuses/${name}`, 0, JSON.stringify(object));
}
