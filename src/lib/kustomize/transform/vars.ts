import { invalid } from '../../../base/index.ts';
import type { TransformerConfig } from '../config/transformer-config.ts';
import type { Var } from '../read/kustomization.ts';
import { isRecord } from '../../../base/index.ts';
import { setField } from '../resource/blank.ts';
import {
  groupVersion,
  gvkText,
  isClusterScoped,
  sameGvkAndName,
  sameId,
} from '../resource/res-id.ts';
import type { ResId } from '../resource/res-id.ts';
import { withAnyId } from '../resource/resource-list.ts';
import type { Resource } from '../resource/resource.ts';
import { isScalar } from '../resource/scalar-text.ts';
import { applyFieldSpec } from './apply-field-spec.ts';
import type { Place } from './apply-field-spec.ts';
import { lookup, splitFieldPath } from './field-path.ts';

/** The vars of a build so far, by name. */
export type Vars = Map<string, Var>;

/** Takes a kustomization's vars in and marks the object each is about. */
export function addVars(vars: Vars, incoming: readonly Var[], list: readonly Resource[]): void {
  for (const each of incoming) {
    const target = targetId(each);
    const exact = target.namespace !== '' || isClusterScoped(target);
    const matched = withAnyId(list, (id) =>
      exact ? sameId(target, id) : sameGvkAndName(target, id),
    );
    if (matched.length > 1) {
      throw invalid(
        `found ${matched.length} resId matches for var ${shown(each)} (unable to disambiguate)`,
      );
    }
    matched[0]?.varNames.push(each.name ?? '');
  }
  mergeVars(vars, incoming);
}

export function mergeVars(vars: Vars, incoming: Iterable<Var>): void {
  for (const each of incoming) {
    const name = each.name ?? '';
    if (vars.has(name)) throw invalid(`var '${name}' already encountered`);
    vars.set(name, each);
  }
}

function targetId({ objref = {} }: Var): ResId {
  const {
    group = '',
    version = '',
    kind = '',
    name = '',
    namespace = '',
    apiVersion = '',
  } = objref;
  const own = apiVersion === '' ? { group, version } : groupVersion(apiVersion);
  return { ...own, kind, name, namespace };
}

function shown(each: Var): string {
  return `{${each.name} ${gvkText(targetId(each))} {${each.fieldref?.fieldPath ?? ''}}}`;
}

/** Puts the values of vars into every field that may hold `$(NAME)`. */
export function resolveVars(
  list: readonly Resource[],
  vars: Vars,
  config: TransformerConfig,
): void {
  const names = [...vars.keys()].toSorted();
  const values = new Map(names.map((name) => [name, valueOf(vars.get(name) ?? {}, list)]));
  if (values.size === 0) return;
  for (const resource of list) {
    for (const spec of config.varReference) {
      applyFieldSpec(resource, spec, (place) => replaceAt(place, values));
    }
  }
}

function valueOf(each: Var, list: readonly Resource[]): unknown {
  const owner = list.find((resource) => resource.varNames.includes(each.name ?? ''));
  const path = each.fieldref?.fieldPath ?? '';
  if (owner === undefined) {
    throw invalid(
      `var '${shownFull(each)}' cannot be mapped to a field in the set of known resources`,
    );
  }
  const value = lookup(owner.object, varPath(path === '' ? 'metadata.name' : path));
  if (value !== undefined) return value;
  throw invalid(`field specified in var '${shownFull(each)}' not found in corresponding resource`);
}

/** Vars also write places in lists as `ports[0]`. */
function varPath(path: string): string[] {
  return splitFieldPath(path).flatMap((part) => {
    const [, name, at] = /^(.+)\[(\d+)\]$/.exec(part) ?? [];
    return name === undefined || at === undefined ? [part] : [name, at];
  });
}

function shownFull(each: Var): string {
  const path = each.fieldref?.fieldPath ?? '';
  return shown({ ...each, fieldref: { fieldPath: path === '' ? 'metadata.name' : path } });
}

type Values = ReadonlyMap<string, unknown>;

function replaceAt(place: Place, values: Values): void {
  const { value } = place;
  if (typeof value === 'string') place.set(expand(value, values));
  else if (Array.isArray(value)) {
    for (const [at, each] of value.entries()) {
      if (typeof each !== 'string') throw invalid('invalid value type expect a string');
      value[at] = expand(each, values);
    }
  } else if (isRecord(value)) {
    for (const [key, each] of Object.entries(value)) {
      if (typeof each === 'string') setField(value, key, expand(each, values));
    }
  }
}

/** `$(NAME)` becomes its value, of any type when it is the whole text; `$$` is a dollar. */
function expand(text: string, values: Values): unknown {
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const mark = text[at] ?? '';
    const next = text[at + 1];
    const end = next === '(' ? text.indexOf(')', at + 2) : -1;
    if (mark !== '$' || next === undefined) out += mark;
    else if (next === '$') {
      out += '$';
      at++;
    } else if (end < 0) {
      out += mark + next;
      at++;
    } else {
      const name = text.slice(at + 2, end);
      const value = primitive(name, values);
      if (text === `$(${name})`) return value;
      out += String(value);
      at = end;
    }
  }
  return out;
}

function primitive(name: string, values: Values): unknown {
  const value = values.get(name);
  return value === undefined || value === null || !isScalar(value) ? `$(${name})` : value;
}
