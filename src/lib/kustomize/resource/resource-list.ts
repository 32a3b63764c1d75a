import { invalid } from '../../../base/index.ts';
import { effectiveNamespace, goIdText, idText, sameId } from './res-id.ts';
import type { ResId } from './res-id.ts';
import type { Resource } from './resource.ts';

/** Takes an object in; its id must be new. */
export function append(list: Resource[], resource: Resource): void {
  const id = resource.id;
  if (list.some((each) => each.name === id.name && sameId(id, each.id))) {
    throw invalid(`may not add resource with an already registered id: ${idText(id)}`);
  }
  list.push(resource);
}

export function appendAll(list: Resource[], resources: readonly Resource[]): void {
  for (const each of resources) append(list, each);
}

/** The objects that are, or once were, what `matches` asks for. */
export function withAnyId(list: readonly Resource[], matches: (id: ResId) => boolean): Resource[] {
  return list.filter((each) => !each.isEmpty && each.anyIds.some(matches));
}

/** The one object a patch without a selector is for. */
export function patchTarget(list: readonly Resource[], id: ResId): Resource {
  const [found, ...more] = withAnyId(list, (each) => sameId(id, each));
  if (found !== undefined && more.length === 0) return found;
  const count = found === undefined ? 'no matches' : 'multiple matches';
  const text = idText(id);
  throw invalid(`${count} for Id ${text}; failed to find unique target for patch ${text}`);
}

/** Takes in what a generator made, as its behavior says: new, or onto the object that is there. */
export function absorb(list: Resource[], made: Resource): void {
  const id = made.id;
  const matches = withAnyId(list, (each) => sameId(id, each));
  if (matches.length > 1) {
    const found = matches.map((each) => JSON.stringify(each.object)).join(' ');
    throw invalid(`found multiple objects [${found}] that could accept merge of ${idText(id)}`);
  }
  const [old] = matches;
  const { behavior } = made;
  const changes = behavior === 'merge' || behavior === 'replace';
  if (old === undefined) {
    if (changes) throw invalid(`id ${goIdText(id)} does not exist; cannot merge or replace`);
    append(list, made);
    return;
  }
  if (!changes) {
    throw invalid(`id ${goIdText(id)} exists; behavior must be merge or replace`);
  }
  takeMetadataFrom(made, old);
  if (behavior === 'merge') mergeContents(made, old);
  list[list.indexOf(old)] = made;
}

/** The new object keeps the old one's name, namespace, labels, annotations and history. */
function takeMetadataFrom(made: Resource, old: Resource): void {
  for (const field of ['labels', 'annotations'] as const) {
    made.setMetaMap(field, { ...old.metaMap(field), ...made.metaMap(field) });
  }
  made.name = old.name;
  made.namespace = old.namespace;
  made.previous = [...old.previous];
  made.prefixes = [...old.prefixes];
  made.suffixes = [...old.suffixes];
  made.nameChangeAllowed = old.nameChangeAllowed;
  made.kindChangeAllowed = old.kindChangeAllowed;
  made.behavior = old.behavior;
  made.needsHash &&= old.needsHash;
  made.varNames = [...old.varNames];
}

function mergeContents(made: Resource, old: Resource): void {
  for (const field of ['data', 'binaryData']) {
    const merged = { ...textMap(old.object[field]), ...textMap(made.object[field]) };
    if (Object.keys(merged).length > 0) Object.assign(made.object, { [field]: merged });
    else Reflect.deleteProperty(made.object, field);
  }
}

function textMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Objects by the namespace that an id of theirs says. */
export function inNamespace(
  list: readonly Resource[],
  namespace: string,
  idOf: (resource: Resource) => ResId,
): Resource[] {
  return list.filter((each) => effectiveNamespace(idOf(each)) === namespace);
}
