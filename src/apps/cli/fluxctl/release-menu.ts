import { parseImage } from '../../../lib/oci/index.ts';
import type { CliIo } from '../io.ts';
import { readKeys } from './keys.ts';
import type { JobResult } from './job-output.ts';
import { tabulate } from './tabwriter.ts';

/** One container's change, as the API has it. */
export type ContainerUpdate = NonNullable<JobResult[string]['PerContainer']>[number];

/** Chosen updates by workload; the shape of `ContainerSpecs`. */
export type Chosen = Record<string, ContainerUpdate[]>;

interface Row {
  readonly id: string;
  readonly status: string;
  /** What went wrong, where there is nothing to choose. */
  readonly error: string;
  readonly update?: ContainerUpdate;
  readonly isChecked: boolean;
}

/** The menu at one moment. `cursor` counts the rows that can be chosen. */
export interface Menu {
  readonly rows: readonly Row[];
  readonly cursor: number;
}

/** A menu of what a dry run found, everything chosen; more rows with more verbosity. */
export function menuOf(result: JobResult, verbosity: number): Menu {
  const rows = Object.entries(result)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .filter(([, { Status }]) => verbosity >= leastVerbosity(Status))
    .flatMap(([id, { Status: status, Error: error = '', PerContainer }]): Row[] => {
      const updates = (PerContainer ?? []).map((update): Row => ({
        id,
        status,
        error: '',
        update,
        isChecked: true,
      }));
      const isBare = error !== '' || updates.length === 0;
      return [...(isBare ? [{ id, status, error, isChecked: false }] : []), ...updates];
    });
  return { rows, cursor: 0 };
}

function leastVerbosity(status: string): number {
  if (status === 'ignored') return 2;
  return status === 'skipped' ? 1 : 0;
}

/** Where keys lead: another menu, or the end. */
export type Step = Menu | 'aborted' | 'chosen';

const downKeys = ['down', 'j', '\t'];
const upKeys = ['up', 'k'];

/** What one key does. */
export function press(menu: Menu, key: string): Step {
  const count = menu.rows.filter(isChoice).length;
  if (['q', 'escape', '\u0003'].includes(key)) return 'aborted';
  if (key === '\r' || key === '\n') return 'chosen';
  if (key === ' ') return toggled(menu);
  if (downKeys.includes(key)) return { ...menu, cursor: (menu.cursor + 1) % count };
  if (upKeys.includes(key)) return { ...menu, cursor: (menu.cursor + count - 1) % count };
  return menu;
}

function toggled({ rows, cursor }: Menu): Menu {
  const at = rows.filter(isChoice)[cursor];
  return {
    cursor,
    rows: rows.map((row) => (row === at ? { ...row, isChecked: !row.isChecked } : row)),
  };
}

function isChoice(row: Row): row is Row & { readonly update: ContainerUpdate } {
  return row.update !== undefined;
}

/** The updates that are chosen now. */
export function chosenOf({ rows }: Menu): Chosen {
  const chosen: Chosen = {};
  for (const row of rows.filter(isChoice)) {
    if (row.isChecked) (chosen[row.id] ??= []).push(row.update);
  }
  return chosen;
}

const footer = 'Use arrow keys and [Space] to toggle updates; hit [Enter] to release selected.';

/** The menu as it is drawn. */
export function menuText({ rows, cursor }: Menu): string {
  let choice = -1;
  let before = '';
  const lines = rows.map((row) => {
    if (isChoice(row)) choice += 1;
    const mark = isChoice(row) && choice === cursor ? '⇒' : ' ';
    const isInline = row.id === before;
    before = row.id;
    const [id, status] = isInline ? ['', ''] : [row.id, row.status];
    return [`${mark} ${boxOf(row)} ${id}`, status, textOf(row)];
  });
  return `${tabulate([['    WORKLOAD ', 'STATUS ', 'UPDATES'], ...lines])}\n${footer}\n`;
}

function boxOf(row: Row): string {
  if (!isChoice(row)) return ' ';
  return row.isChecked ? '◉' : '◯';
}

function textOf({ update, error }: Row): string {
  if (update === undefined) return error;
  const { Container, Current, Target } = update;
  return `${Container}: ${Current} -> ${parseImage(Target).tag ?? ''}`;
}

/**
 * Lets a person choose among the updates that a dry run found. Undefined with a word on standard error
 * when there is nothing to choose from, or the person leaves.
 */
export async function chooseUpdates(
  result: JobResult,
  verbosity: number,
  io: CliIo,
): Promise<Chosen | undefined> {
  let menu = menuOf(result, verbosity);
  if (!menu.rows.some(isChoice)) {
    io.stderr.write('No changes found.\n');
    return undefined;
  }
  const { stdout } = io;
  const draw = (): void => stdout.write(menuText(menu));
  draw();
  stdout.write('\u001B[?25l');
  try {
    for await (const key of readKeys(io)) {
      const step = press(menu, key);
      if (step === 'aborted') break;
      if (step === 'chosen') return chosenOf(menu);
      if (step === menu) continue;
      const lines = linesOf(menuText(menu), stdout.columns ?? 80);
      menu = step;
      stdout.write(`\u001B[${lines}A\u001B[J`);
      draw();
    }
    io.stderr.write('Aborted.\n');
    return undefined;
  } finally {
    stdout.write('\u001B[?25h');
  }
}

/** How many lines of the terminal a text takes, long ones being broken. */
function linesOf(text: string, columns: number): number {
  return text
    .slice(0, -1)
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(Array.from(line).length / columns)), 0);
}
