import { invalid, isRecord, messageOf } from '../../../base/index.ts';
import { parse } from '../../yaml/index.ts';
import { decodeEach } from '../read/kustomization.ts';
import type {
  FieldOptions,
  Replacement,
  ReplacementTarget,
  Selector,
} from '../read/kustomization.ts';
import { replacementShape } from '../read/kustomization-shape.ts';
import { resolveScalar } from '../read/resolve-scalar.ts';
import { cloneData } from '../resource/blank.ts';
import { idText, isSelected } from '../resource/res-id.ts';
import type { ResId } from '../resource/res-id.ts';
import type { Resource } from '../resource/resource.ts';
import { isScalar, scalarText } from '../resource/scalar-text.ts';
import type { FileTree } from '../tree/file-tree.ts';
import type { Place } from './apply-field-spec.ts';
import { lookup, placesAt, splitFieldPath } from './field-path.ts';
import { matchesMetadata, selectorTests } from './select.ts';

/** The replacements of a kustomization, those in files read in their place. */
export function loadReplacements(tree: FileTree, given: readonly Replacement[]): Replacement[] {
  return given.flatMap((each) => {
    const { path = '', source, targets = [] } = each;
    if (path === '') return [each];
    if (source !== undefined || targets.length > 0) {
      throw invalid('cannot specify both path and inline replacement');
    }
    const value = parse(tree.text(path), { file: path });
    if (!Array.isArray(value) && !isRecord(value)) {
      throw invalid(
        `unsupported replacement type encountered within replacement path: ${typeof value}`,
      );
    }
    return decodeEach(replacementShape, value) as Replacement[];
  });
}

/** Copies values from field to field, as each replacement says. */
export function replace(list: readonly Resource[], replacements: readonly Replacement[]): void {
  for (const each of replacements) {
    if (each.source === undefined || each.targets === undefined) {
      throw invalid('replacements must specify a source and at least one target');
    }
    const value = sourceValue(list, each.source);
    for (const target of each.targets) replaceIn(list, value, target);
  }
}

function sourceValue(
  list: readonly Resource[],
  source: NonNullable<Replacement['source']>,
): unknown {
  const path =
    source.fieldPath === undefined || source.fieldPath === '' ? 'metadata.name' : source.fieldPath;
  const owner = sourceObject(list, source);
  const value = lookup(owner.object, splitFieldPath(path));
  if (isNothing(value)) {
    throw invalid(
      `fieldPath \`${path}\` is missing for replacement source ${idText(fullId(source))}`,
    );
  }
  return refined(value, source.options);
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

function fullId(selector: Selector): ResId {
  const { group = '', version = '', kind = '', name = '', namespace = '' } = selector;
  return { group, version, kind, name, namespace };
}

function sourceObject(
  list: readonly Resource[],
  source: NonNullable<Replacement['source']>,
): Resource {
  const wanted = fullId(source);
  const found = list.filter((each) => each.anyIds.some((id) => isSource(id, wanted)));
  const [first, second] = found;
  const shown = [idText(wanted), source.fieldPath ?? '', optionsText(source.options)]
    .filter((part) => part !== '')
    .join(':');
  if (first === undefined) throw invalid(`nothing selected by ${shown}`);
  if (second === undefined) return first;
  throw invalid(`multiple matches for selector ${shown}`);
}

function optionsText(options: FieldOptions | undefined): string {
  const { delimiter = '', index = 0, create = false } = options ?? {};
  return delimiter === '' && !create ? '' : `${delimiter}(${index}), create=${String(create)}`;
}

function isSource(id: ResId, wanted: ResId): boolean {
  const fits = (value: string, want: string): boolean => want === '' || value === want;
  const space = (one: ResId): string => (one.namespace === '' ? 'default' : one.namespace);
  return (
    fits(id.name, wanted.name) &&
    (wanted.namespace === '' || space(id) === space(wanted)) &&
    isSelected(id, wanted)
  );
}

function refined(value: unknown, options: FieldOptions | undefined): unknown {
  const { delimiter = '', index = 0 } = options ?? {};
  if (delimiter === '') return value;
  if (!isScalar(value)) throw invalid('delimiter option can only be used with scalar nodes');
  const text = scalarText(value);
  const part = text.split(delimiter)[index];
  if (part === undefined || index < 0) {
    throw invalid(`options.index ${index} is out of bounds for value ${text}`);
  }
  return part;
}

function replaceIn(list: readonly Resource[], value: unknown, target: ReplacementTarget): void {
  const { select } = target;
  if (select === undefined) throw invalid('target must specify resources to select');
  for (const resource of list) {
    if (isTarget(resource, select, target.reject ?? [])) copyTo(resource, value, target);
  }
}

function isTarget(resource: Resource, wanted: Selector, rejected: readonly Selector[]): boolean {
  const ids = [resource.id, ...resource.previousIds];
  if (!matchesMetadata(resource, wanted)) return false;
  const isRejected = rejected.some((each) => {
    const { labelSelector = '', annotationSelector = '' } = each;
    if ((labelSelector !== '' || annotationSelector !== '') && matchesMetadata(resource, each)) {
      return true;
    }
    return isNamed(each) && ids.some((id) => fits(id, each));
  });
  return !isRejected && ids.some((id) => fits(id, wanted));
}

function isNamed(selector: Selector): boolean {
  return Object.values(fullId(selector)).some((part) => part !== '');
}

function fits(id: ResId, selector: Selector): boolean {
  const tests = selectorTests(selector);
  return tests.gvk(id) && tests.name(id.name) && tests.namespace(id.namespace);
}

function copyTo(resource: Resource, value: unknown, target: ReplacementTarget): void {
  const { fieldPaths = [], options = {} } = target;
  const root: Place = { value: resource.object, set: () => undefined };
  for (const path of fieldPaths.length === 0 ? ['metadata.name'] : fieldPaths) {
    const places = found(root, path, options.create === true ? value : undefined);
    for (const place of places) place.set(placed(place.value, value, options));
  }
}

function found(root: Place, path: string, create: unknown): Place[] {
  const missing = `unable to find ${create === undefined ? '' : 'or create '}field ${JSON.stringify(path)} in replacement target`;
  let places: Place[];
  try {
    places = placesAt(root, splitFieldPath(path), create);
  } catch (thrown) {
    throw invalid(`${missing}: ${messageOf(thrown)}`);
  }
  if (places.length === 0) throw invalid(missing);
  return places;
}

/** A scalar keeps how it was written: a number's text in a quoted field stays a text. */
function placed(before: unknown, value: unknown, options: FieldOptions): unknown {
  const { delimiter = '', index = 0 } = options;
  if (delimiter === '') {
    if (!isScalar(before) || before === '' || before === null) return cloneData(value);
    return isScalar(value) ? inStyleOf(before, scalarText(value)) : '';
  }
  if (!isScalar(before)) throw invalid('delimiter option can only be used with scalar nodes');
  const parts = scalarText(before).split(delimiter);
  const text = scalarText(value);
  if (index < 0) parts.unshift(text);
  else if (index >= parts.length) parts.push(text);
  else parts[index] = text;
  return inStyleOf(before, parts.join(delimiter));
}

function inStyleOf(before: unknown, text: string): unknown {
  return typeof before === 'string' ? text : resolveScalar(text);
}
