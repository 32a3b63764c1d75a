import type { JsonRecord } from '../../../base/index.ts';
import { deleteOptions } from '../http/delete-options.ts';
import { respondData, respondList, respondObject, respondUnstored } from '../present/respond.ts';
import type { Call } from '../server-state.ts';
import type { Stored } from '../store/store.ts';
import { deleteByKey, type Deleted } from '../write/delete.ts';
import { storedOfCall } from './get.ts';
import { listMeta, readPage } from './list.ts';
import { selectionOf } from './selection.ts';

/** DELETE of one object. */
export async function deleteObject(call: Call): Promise<Response> {
  const options = await deleteOptions(call.request, call.query);
  const result = await deleteByKey(call, () => storedOfCall(call), options);
  await call.state.store.durable();
  if (result.gone && call.resource.deleteReply === 'status')
    return respondData(call, successStatus(call, result));
  return result.stored
    ? respondObject(call, result.stored)
    : respondUnstored(call, call.resource.strategy.toVersion(result.object));
}

/** DELETE of a collection: the selected objects, and an answer that lists them. */
export async function deleteCollection(call: Call): Promise<Response> {
  const options = await deleteOptions(call.request, call.query);
  const page = readPage(call, selectionOf(call));
  const deleted: Stored[] = [];
  for (const stored of page.items) {
    const find = (): Stored | undefined => call.state.store.get(stored.key);
    if (!find()) continue;
    const result = await deleteByKey(call, () => find() ?? stored, options);
    deleted.push(result.stored ?? stored);
  }
  await call.state.store.durable();
  return respondList(call, deleted, listMeta(page));
}

function successStatus({ resource }: Call, { object }: Deleted): JsonRecord {
  const { group, plural } = resource;
  const { name, uid } = object.metadata;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group === '' ? {} : { group }), kind: plural, uid },
  };
}
