import { isRecord } from '../../base/index.ts';
import type { JsonRecord } from '../../base/index.ts';

/** Takes secret values out of a text. */
export type Mask = (text: string) => string;

const shown = '[hidden]';
/** Shorter values are words like `true` or `3306`: hiding them would hide the text around them. */
const minLength = 5;

/** A mask for every text inside the given values; longer ones first, as one may contain another. */
export function maskOf(secrets: readonly JsonRecord[]): Mask {
  const texts = new Set<string>();
  for (const values of secrets) collect(values, texts);
  const all = [...texts].toSorted((a, b) => b.length - a.length);
  return (text) => all.reduce((rest, secret) => rest.replaceAll(secret, shown), text);
}

function collect(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') take(value, into);
  // A pin without quotes is a number in YAML.
  else if (typeof value === 'number' || typeof value === 'bigint') take(String(value), into);
  else if (Array.isArray(value)) for (const each of value) collect(each, into);
  else if (isRecord(value)) for (const each of Object.values(value)) collect(each, into);
}

/** The text as it stands, as quotes show it, and its lines: errors quote what they can. */
function take(text: string, into: Set<string>): void {
  const lines = text.split('\n').map((line) => line.trim());
  for (const each of [text, JSON.stringify(text).slice(1, -1), ...lines]) {
    if (each.length >= minLength) into.add(each);
  }
  if (text.length >= minLength) into.add(Buffer.from(text).toString('base64'));
}
