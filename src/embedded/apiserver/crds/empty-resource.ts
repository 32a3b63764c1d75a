import { systemAdmin } from '../auth/user.ts';
import type { DeleteOptions } from '../http/delete-options.ts';
import type { ServedResource } from '../resources/served-resource.ts';
import type { Call, ServerState } from '../server-state.ts';
import { deleteByKey } from '../write/delete.ts';

const background: DeleteOptions = {
  gracePeriodSeconds: undefined,
  propagationPolicy: 'Background',
  preconditions: {},
  dryRun: false,
};

/** Deletes all objects of a resource, respecting their finalizers; says how many are left. */
export async function emptyResource(state: ServerState, resource: ServedResource): Promise<number> {
  const { store } = state;
  for (const { key } of store.list(resource.keyPrefix).items) {
    const stored = store.get(key);
    if (!stored || stored.parse().metadata.deletionTimestamp !== undefined) continue;
    const call: Call = {
      state,
      resource,
      request: new Request('http://localhost/'),
      query: new URLSearchParams(),
      user: systemAdmin,
      target: {
        group: resource.group,
        version: resource.version,
        plural: resource.plural,
        rest: '',
        watch: false,
      },
      warnings: [],
    };
    await deleteByKey(call, () => store.get(key) ?? stored, background);
  }
  return store.count(resource.keyPrefix);
}
