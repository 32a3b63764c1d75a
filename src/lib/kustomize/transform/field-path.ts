import { invalid, isRecord } from '../../../base/index.ts';
import { setField } from '../resource/blank.ts';
import { scalarText } from '../resource/scalar-text.ts';
import { splitPath } from './apply-field-spec.ts';
import type { Place } from './apply-field-spec.ts';
import { compileGoStrictly } from './go-regexp.ts';

/**
 * Cuts a path at its dots, but for those in `[…]`: `spec.containers.[name=a.b].image`,
 * `metadata.annotations.[example.com/a]`.
 */
export function splitFieldPath(path: string): string[] {
  const parts = splitPath(path, '.');
  const out: string[] = [];
  for (let at = 0; at < parts.length; at++) {
    let part = parts[at] ?? '';
    if (!part.startsWith('[') || part.endsWith(']')) {
      out.push(part);
      continue;
    }
    while (at + 1 < parts.length && !part.endsWith(']')) part += `.${parts[++at]}`;
    out.push(part.includes('=') ? part : part.replaceAll(/^[[\]]+|[[\]]+$/g, ''));
  }
  return out;
}

const inBrackets = /^\[(?:([^=]*)=)?(.*)\]$/;

/** The value at a path; undefined when it is missing. `[name=a]` picks an item, a number a place. */
export function lookup(value: unknown, path: readonly string[]): unknown {
  let at: unknown = value;
  for (const part of path.map((each) => each.trim()).filter((each) => each !== '')) {
    at = step(at, part);
    if (at === undefined) return undefined;
  }
  return at;
}

function step(value: unknown, part: string): unknown {
  if (value === null || value === undefined) return undefined;
  const index = indexPart(part);
  if (index !== undefined && Array.isArray(value)) return value.at(index);
  if (part === '*') throw invalid('wildcard is not supported in PathGetter');
  const item = inBrackets.exec(part);
  if (item !== null && Array.isArray(value)) {
    const [, key = '', text = ''] = item;
    return value.find((each) =>
      key === '' ? scalarText(each) === text : isRecord(each) && scalarText(each[key]) === text,
    );
  }
  if (!isRecord(value)) return undefined;
  return Object.hasOwn(value, part) ? value[part] : undefined;
}

function indexPart(part: string): number | undefined {
  if (part === '-') return -1;
  return /^\d+$/.test(part) ? Number(part) : undefined;
}

/**
 * Every place a path leads to: `*` is each item, `[name=pattern]` the items whose field fits. With
 * `create`, fields that are missing are made, and an item when none fits.
 */
export function placesAt(root: Place, path: readonly string[], create: unknown): Place[] {
  const [part, ...rest] = path;
  if (part === undefined) return [root];
  const { value } = root;
  if (/^\d+$/.test(part)) return atIndex(root, Number(part), { rest, create });
  const item = inBrackets.exec(part);
  if (item !== null) return inItems(root, item, { rest, create });
  if (part === '*') {
    return items(value).flatMap((each) => placesAt(each, rest, create));
  }
  return inField(root, part, { rest, create });
}

interface Rest {
  readonly rest: readonly string[];
  /** What a missing last field is made as; undefined makes nothing. */
  readonly create: unknown;
}

function items(value: unknown): Place[] {
  if (!Array.isArray(value)) throw invalid('wrong node kind: expected SequenceNode');
  return value.map((each, at) => ({ value: each, set: (next) => (value[at] = next) }));
}

function made({ rest, create }: Rest): unknown {
  const [next] = rest;
  if (next === undefined && isRecord(create)) return {};
  if (next === undefined) return Array.isArray(create) ? [] : '';
  return /^\d+$|^\[.*\]$|^[*-]$/.test(next) ? [] : {};
}

function atIndex(root: Place, at: number, how: Rest): Place[] {
  const { value } = root;
  if (!Array.isArray(value)) throw invalid('wrong node kind: expected SequenceNode');
  if (value.length === at && how.create !== undefined) value.push(made(how));
  if (value.length <= at) {
    throw invalid(`index ${at} specified but only ${value.length} elements found`);
  }
  const place = { value: value[at], set: (next: unknown) => (value[at] = next) };
  return placesAt(place, how.rest, how.create);
}

function inItems(root: Place, item: RegExpExecArray, how: Rest): Place[] {
  const [, key = '', pattern = ''] = item;
  const fits = compileGoStrictly(pattern);
  const { value } = root;
  const list = items(value).filter(({ value: each }) => {
    if (key === '') return fits(scalarText(each));
    return isRecord(each) && Object.hasOwn(each, key) && fits(scalarText(each[key]));
  });
  const found = list.flatMap((each) =>
    key === '' ? [each] : placesAt(each, how.rest, how.create),
  );
  if (found.length > 0 || how.create === undefined || !Array.isArray(value)) return found;
  value.push(key === '' ? pattern : { [key]: pattern });
  return inItems(root, item, how);
}

function inField({ value }: Place, name: string, how: Rest): Place[] {
  if (value === null || value === undefined) return [];
  if (!isRecord(value)) throw invalid('wrong node kind: expected MappingNode');
  if (!Object.hasOwn(value, name)) {
    if (how.create === undefined) return [];
    setField(value, name, made(how));
  }
  const place = { value: value[name], set: (next: unknown) => setField(value, name, next) };
  return placesAt(place, how.rest, how.create);
}
