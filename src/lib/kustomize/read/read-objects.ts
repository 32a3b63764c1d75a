import { invalid, isRecord, KnownError, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { Resource } from '../resource/resource.ts';
import { readYaml } from './read-yaml.ts';

/**
 * The objects of a text; lists are opened, empty documents left out. Throws what kustomize says of
 * objects without a kind or a name.
 */
export function readObjects(text: string): Resource[] {
  const queue = readYaml(text).flatMap(checked);
  const out: Resource[] = [];
  for (let at = 0; at < queue.length; at++) {
    const object = queue[at]!;
    const items = listItems(object);
    if (items === undefined) out.push(new Resource(object));
    else queue.push(...items.flatMap(checked));
  }
  return out;
}

/** The same, with a fault in the YAML told with the file it stands in. */
export function readObjectsOf(file: string, text: string): Resource[] {
  try {
    return readObjects(text);
  } catch (thrown) {
    const message = messageOf(thrown);
    if (!isMalformed(message)) throw thrown;
    const where = thrown instanceof KnownError ? thrown.where : undefined;
    throw invalid(`${message} in File: ${file}`, { ...where, file });
  }
}

/** Whether a fault lies in the YAML itself: then there is no use in trying the path as a folder. */
export function isMalformed(message: string): boolean {
  return message.includes('MalformedYAMLError');
}

function listItems(object: JsonRecord): unknown[] | undefined {
  const kind = String(object['kind']);
  if (!kind.endsWith('List') || !Object.hasOwn(object, 'items')) return undefined;
  const items = object['items'];
  if (items === null) return [];
  if (Array.isArray(items)) return items;
  const found = isRecord(items) ? 'map[string]interface {}' : typeof items;
  throw invalid(`expected array in ${kind}/items, but found ${found}`);
}

function checked(value: unknown): JsonRecord[] {
  if (value === null || value === undefined) return [];
  if (!isRecord(value)) {
    throw invalid(
      `wrong node kind: expected MappingNode but got ${Array.isArray(value) ? 'SequenceNode' : 'ScalarNode'}: node contents:\n${shown(value)}`,
    );
  }
  if (Object.keys(value).length === 0) return [];
  const resource = new Resource(value);
  if (resource.kind === '') throw invalid(`missing kind in object ${metaText(resource)}`);
  if (!resource.kind.endsWith('List') && resource.name === '') {
    throw invalid(`missing metadata.name in object ${metaText(resource)}`);
  }
  return [value];
}

function shown(value: unknown): string {
  return Array.isArray(value) ? value.map((each) => `- ${String(each)}`).join('\n') : String(value);
}

/** An object's metadata as Go prints it. */
function metaText(resource: Resource): string {
  const map = (field: 'labels' | 'annotations'): string =>
    `map[${Object.entries(resource.metaMap(field))
      .map(([key, value]) => `${key}:${value}`)
      .toSorted()
      .join(' ')}]`;
  const { apiVersion, kind, name, namespace } = resource;
  return `{{${apiVersion} ${kind}} {{${name} ${namespace}} ${map('labels')} ${map('annotations')}}}`;
}
