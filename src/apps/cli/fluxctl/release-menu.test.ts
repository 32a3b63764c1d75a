import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../base/index.ts';
import type { CliIo } from '../io.ts';
import { chooseUpdates, chosenOf, menuOf, menuText, press, type Menu } from './release-menu.ts';

const change = (Container: string, Target: string) => ({
  Container,
  Current: 'app:1',
  Target: `app:${Target}`,
});
const result = {
  'demo:deployment/b': { Status: 'success', PerContainer: [change('b', '2')] },
  'demo:deployment/a': {
    Status: 'success',
    PerContainer: [change('a', '2'), change('side', '3')],
  },
  'demo:deployment/old': { Status: 'skipped', Error: 'locked' },
  'demo:deployment/other': { Status: 'ignored', Error: 'not included' },
};

const after = (menu: Menu, ...keys: string[]): Menu => {
  let now = menu;
  for (const key of keys) {
    const step = press(now, key);
    if (typeof step === 'string') throw new Error(step);
    now = step;
  }
  return now;
};

describe('the menu of release --interactive', () => {
  it('shows what a dry run found, everything chosen', () => {
    expect(menuText(menuOf(result, 1))).toBe(`    WORKLOAD             STATUS   UPDATES
⇒ ◉ demo:deployment/a    success  a: app:1 -> 2
  ◉                               side: app:1 -> 3
  ◉ demo:deployment/b    success  b: app:1 -> 2
    demo:deployment/old  skipped  locked

Use arrow keys and [Space] to toggle updates; hit [Enter] to release selected.
`);
    expect(menuOf(result, 0).rows).toHaveLength(3);
    expect(menuOf(result, 2).rows).toHaveLength(5);
  });

  it('goes round, and toggles the row of the cursor, also past rows that are no choice', () => {
    const menu = menuOf({ 'a:b/c': { Status: 'failed', Error: 'no' }, ...result }, 0);
    expect(after(menu, 'down', 'j', '\t').cursor).toBe(0);
    expect(after(menu, 'up').cursor).toBe(2);
    expect(chosenOf(after(menu, ' ', 'k', ' '))).toEqual({
      'demo:deployment/a': [change('side', '3')],
    });
    expect(chosenOf(after(menu, ' ', ' '))).toEqual(chosenOf(menu));
    for (const key of ['q', 'escape', '\u0003']) expect(press(menu, key)).toBe('aborted');
    expect(press(menu, '\r')).toBe('chosen');
    expect(press(menu, 'x')).toBe(menu);
  });

  const choose = async (typed: string[], found: typeof result | object) => {
    let [out, err] = ['', ''];
    const raw: boolean[] = [];
    const io: CliIo = {
      stdin: Object.assign(
        (async function* () {
          for (const each of typed) yield Buffer.from(each);
        })(),
        { setRawMode: (isRaw: boolean) => void raw.push(isRaw) },
      ),
      stdout: { write: (chunk) => void (out += String(chunk)), isTTY: true, columns: 40 },
      stderr: { write: (chunk) => void (err += String(chunk)), isTTY: true },
      env: {},
      cwd: '/',
      signal: new AbortController().signal,
      clock: systemClock,
    };
    const chosen = await chooseUpdates(found as typeof result, 0, io);
    return { chosen, out, err, raw };
  };

  it('takes keys from a terminal, and puts it back as it was', async () => {
    // Down twice and off, in two chunks.
    const { chosen, out, raw } = await choose(['\u001B[B\u001B[B', ' \r'], result);
    expect(Object.keys(chosen ?? {})).toEqual(['demo:deployment/a']);
    expect(raw).toEqual([true, false]);
    // Drawn over the lines that it took, those that a narrow terminal breaks counted twice.
    expect(out).toContain('\u001B[10A\u001B[J');
    expect(out.startsWith('    WORKLOAD')).toBe(true);
    expect(out.endsWith('\u001B[?25h')).toBe(true);
  });

  it('leaves when told, and says when there is nothing', async () => {
    expect(await choose(['q'], result)).toMatchObject({ chosen: undefined, err: 'Aborted.\n' });
    expect(await choose([], result)).toMatchObject({ err: 'Aborted.\n' });
    expect(await choose(['\r'], {})).toMatchObject({ err: 'No changes found.\n', raw: [] });
  });
});
