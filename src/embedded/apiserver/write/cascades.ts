import type { KubeObject } from '../../../base/index.ts';
import { nowText, type Call } from '../server-state.ts';
import { setNewMetadata } from './new-metadata.ts';

/**
 * What is written in the same turn as an object: a new namespace has its account `default` from the
 * first moment on, so that a pod created right after it is not refused. (Deleted, it comes back by a
 * control loop, as on any cluster.)
 */
export function applyCascades({ resource, state }: Call, object: KubeObject): void {
  if (resource.group !== '' || resource.plural !== 'namespaces') return;
  const namespace = object.metadata.name;
  const key = `/core/serviceaccounts/${namespace}/default`;
  if (state.store.get(key)) return;
  const metadata = { name: 'default', namespace };
  setNewMetadata(metadata, nowText(state.clock));
  state.store.put(key, { apiVersion: 'v1', kind: 'ServiceAccount', metadata }, 0);
}
