import type { FieldChange } from '../../../lib/manifest/index.ts';
import { stringify } from '../../../lib/yaml/index.ts';
import type { ObjectDiff } from './compare.ts';

const marks: Readonly<Record<ObjectDiff['action'], string>> = {
  create: '+',
  change: '~',
  delete: '-',
  unknown: '?',
};

/** One line for each object, and below it a line for each field. */
export function diffText(diffs: readonly ObjectDiff[]): string {
  if (diffs.length === 0) return 'nothing would change\n';
  return diffs.map(objectText).join('') + summaryOf(diffs);
}

function objectText({ id, action, file, line, fields, message }: ObjectDiff): string {
  const where = file === undefined ? '' : `  (${file}${line === undefined ? '' : `:${line}`})`;
  const why = message === undefined ? '' : `    ! ${message}\n`;
  return `${marks[action]} ${id}${where}\n${why}${fields.map(fieldText).join('')}`;
}

function fieldText(change: FieldChange): string {
  const to = 'to' in change ? shown(change.to) : undefined;
  const from = 'from' in change ? shown(change.from) : undefined;
  const { path } = change;
  if (from === undefined) return lined('+', path, to ?? '');
  if (to === undefined) return lined('-', path, from);
  if (!from.includes('\n') && !to.includes('\n')) return `    ~ ${path}: ${from} -> ${to}\n`;
  return lined('-', path, from) + lined('+', path, to);
}

/** Longer values stand below their name. */
function lined(mark: string, path: string, value: string): string {
  if (!value.includes('\n')) return `    ${mark} ${path}: ${value}\n`;
  const lines = value.split('\n').map((line) => `    ${mark}   ${line}\n`);
  return `    ${mark} ${path}:\n${lines.join('')}`;
}

function shown(value: unknown): string {
  return stringify(value).replace(/\n$/, '');
}

function summaryOf(diffs: readonly ObjectDiff[]): string {
  const count = (action: ObjectDiff['action']): number =>
    diffs.filter((each) => each.action === action).length;
  const unknown = count('unknown');
  const rest = unknown === 0 ? '' : `, ${unknown} unknown`;
  return `\n${count('create')} to create, ${count('change')} to change, ${count('delete')} to delete${rest}\n`;
}
