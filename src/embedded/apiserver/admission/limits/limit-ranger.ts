import { isRecord, type JsonRecord } from '../../../../base/index.ts';
import { forbidden } from '../../http/status-error.ts';
import type { AdmissionRequest } from '../admission.ts';
import { amountsIn, podAmounts, recordsIn, type Amounts } from '../pod-resources.ts';
import { limitComplaints, requestComplaints } from './limit-checks.ts';
import { limitItems, type LimitItem } from './limit-items.ts';

/** Fills what the containers of a new pod leave open from the LimitRanges of its namespace. */
export function limitDefaults(request: AdmissionRequest): void {
  const spec = newPodSpec(request);
  if (!spec || !request.object) return;
  const items = itemsFor(request).filter(({ type }) => type === 'Container');
  if (items.length === 0) return;
  const told = [
    ...recordsIn(spec['initContainers']).map((each) => complete(each, items, 'init container')),
    ...recordsIn(spec['containers']).map((each) => complete(each, items, 'container')),
  ].flat();
  if (told.length === 0) return;
  request.object.metadata.annotations = {
    ...request.object.metadata.annotations,
    'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${told.join('; ')}`,
  };
}

/** Refuses pods and claims outside the limits of their namespace. */
export function limitRanger(request: AdmissionRequest): void {
  const { call, operation, object, name, subresource } = request;
  if (operation === 'delete' || !object || subresource !== undefined) return;
  const complaints = complaintsOf(request);
  if (complaints.length === 0) return;
  const unique = [...new Set(complaints)];
  throw forbidden(call.resource, name, unique.length === 1 ? unique[0]! : `[${unique.join(', ')}]`);
}

function complaintsOf(request: AdmissionRequest): string[] {
  const spec = newPodSpec(request);
  if (spec) return itemsFor(request).flatMap((item) => podComplaints(spec, item));
  const { object } = request;
  if (object?.kind !== 'PersistentVolumeClaim' || !isRecord(object['spec'])) return [];
  const { resources } = object['spec'];
  const requests = amountsIn(isRecord(resources) ? resources['requests'] : undefined);
  return itemsFor(request)
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap((item) => requestComplaints(item, requests));
}

function newPodSpec({
  call,
  operation,
  object,
  subresource,
}: AdmissionRequest): JsonRecord | undefined {
  const { group, plural } = call.resource;
  if (operation !== 'create' || subresource !== undefined) return undefined;
  if (group !== '' || plural !== 'pods') return undefined;
  return isRecord(object?.['spec']) ? object['spec'] : undefined;
}

function itemsFor({ call, namespace = '' }: AdmissionRequest): LimitItem[] {
  return limitItems(call.state.store, namespace);
}

function podComplaints(spec: JsonRecord, item: LimitItem): string[] {
  if (item.type === 'Pod')
    return limitComplaints(item, podAmounts(spec, 'requests'), podAmounts(spec, 'limits'));
  if (item.type !== 'Container') return [];
  return [...recordsIn(spec['containers']), ...recordsIn(spec['initContainers'])].flatMap(
    ({ resources }) => {
      const of = isRecord(resources) ? resources : {};
      return limitComplaints(item, amountsIn(of['requests']), amountsIn(of['limits']));
    },
  );
}

/** Fills one container and says what was filled. */
function complete(container: JsonRecord, items: readonly LimitItem[], what: string): string[] {
  const resources = isRecord(container['resources']) ? container['resources'] : {};
  container['resources'] = resources;
  const fill = (
    field: 'requests' | 'limits',
    from: (item: LimitItem) => Amounts,
  ): readonly string[] => {
    const given = amountsIn(resources[field]);
    const merged: Amounts = Object.assign({}, ...items.toReversed().map(from), given) as Amounts;
    const added = Object.keys(merged).filter((name) => given[name] === undefined);
    if (added.length > 0) resources[field] = merged;
    return added.toSorted();
  };
  const requests = fill('requests', (item) => item.defaultRequest);
  const limits = fill('limits', (item) => item.defaultLimit);
  const tell = (names: readonly string[], word: string): string[] =>
    names.length === 0 ? [] : [`${names.join(', ')} ${word} for ${what} ${container['name']}`];
  return [...tell(requests, 'request'), ...tell(limits, 'limit')];
}
