import { describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../../base/index.ts';
import type { Chart, ChartMetadata, Dependency } from '../chart/chart.ts';
import { nodeOf } from '../chart/node.ts';
import type { ChartNode } from '../chart/node.ts';
import { fullPath } from '../chart/node.ts';
import { coalesce } from './coalesce.ts';
import { processDependencies } from './dependencies.ts';

function chart(
  name: string,
  values: JsonRecord = {},
  more: Partial<ChartMetadata> & { charts?: Chart[] } = {},
): Chart {
  const { charts = [], ...metadata } = more;
  return {
    metadata: { name, version: '1.0.0', apiVersion: 'v2', ...metadata },
    templates: [],
    values,
    files: [],
    dependencies: charts,
    raw: [],
    warnings: [],
  };
}

const noted: string[] = [];
const warn = (line: string): void => void noted.push(line);

describe('coalesce', () => {
  it('follows the known answer', () => {
    const child = chart('ali', {
      x: 's',
      y2: 's',
      del: 's',
      m: { k1: 's', k2: 's', kd: 's' },
      global: { g: 'c', g2: 'c', gm: { a: 2, b: 3 } },
    });
    const parent = chart(
      'par',
      {
        ali: { x: 'p', del: null, m: { k1: 'p', kd: null } },
        nul: null,
        global: { g: 'p', gm: { a: 1 } },
      },
      { charts: [child] },
    );
    expect(coalesce(nodeOf(parent), {}, warn)).toEqual({
      ali: {
        x: 'p',
        y2: 's',
        m: { k1: 'p', k2: 's' },
        global: { g: 'p', g2: 'c', gm: { a: 1, b: 3 } },
      },
      nul: null,
      global: { g: 'p', gm: { a: 1 } },
    });
  });

  it.each<[string, JsonRecord, JsonRecord, JsonRecord]>([
    ['a null deletes a default', { a: 1, b: 2 }, { a: null }, { b: 2 }],
    ['also a nested one', { a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { c: 2 } }],
    ['a null nobody knows stays', { a: 1 }, { z: null }, { a: 1, z: null }],
    ['also nested', { a: { b: 1 } }, { a: { z: null } }, { a: { b: 1, z: null } }],
    [
      'a null over a null default stays when nested',
      { a: { b: null } },
      { a: { b: null } },
      { a: { b: null } },
    ],
    ['lists are replaced', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['a scalar over a map', { a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
  ])('%s', (_name, defaults, given, result) => {
    expect(coalesce(nodeOf(chart('c', defaults)), given, warn)).toEqual(result);
  });

  it('warns of conflicts as Helm does, and leaves its input alone', () => {
    noted.length = 0;
    const given = { a: { b: 1 }, c: { d: { e: 1 } } };
    coalesce(nodeOf(chart('c', { a: 'x', c: { d: 5 } })), given, warn);
    expect(noted).toEqual([
      'warning: skipped value for c.a: Not a table.',
      'warning: destination for c.c.d is a table. Ignoring non-table value (5)',
    ]);
    expect(given).toEqual({ a: { b: 1 }, c: { d: { e: 1 } } });
  });

  it('what a child has below a table of its parent’s globals is seen by the parent too, as in Helm', () => {
    const child = chart('sub', { global: { top: { deep: { y: 2 } } } });
    const parent = chart('par', { global: { top: { deep: { x: 1 } } } }, { charts: [child] });
    expect(coalesce(nodeOf(parent), {}, warn)).toMatchObject({
      global: { top: { deep: { x: 1, y: 2 } } },
    });
  });

  it('a subchart section that is no table is an error', () => {
    const parent = chart('par', {}, { charts: [chart('ali')] });
    expect(() => coalesce(nodeOf(parent), { ali: 'str' }, warn)).toThrow(
      'type mismatch on ali: %!t(string=str)',
    );
  });
});

describe('dependencies', () => {
  const names = (node: ChartNode): string[] => node.dependencies.map((each) => each.metadata.name);

  function processed(
    dependencies: Partial<Dependency>[],
    values: JsonRecord = {},
    charts: Chart[] = [chart('a'), chart('b')],
  ): ChartNode {
    const declared = dependencies.map((each) => ({
      name: '',
      repository: '',
      version: '*',
      ...each,
    }));
    const node = nodeOf(chart('par', {}, { charts, dependencies: declared }));
    processDependencies(node, values, warn);
    return node;
  }

  it.each<[string, Partial<Dependency>[], JsonRecord, string[]]>([
    ['undeclared ones first', [{ name: 'b' }], {}, ['a', 'b']],
    ['declared order', [{ name: 'b' }, { name: 'a' }], {}, ['b', 'a']],
    [
      'a version that does not fit is dropped, and the chart counts as undeclared',
      [{ name: 'a', version: '>2' }, { name: 'b' }],
      {},
      ['a', 'b'],
    ],
    ['no version fits no chart', [{ name: 'b', version: '' }], {}, ['a', 'b']],
    ['a condition', [{ name: 'a', condition: 'a.on' }, { name: 'b' }], { a: { on: false } }, ['b']],
    [
      'the first condition that exists',
      [{ name: 'a', condition: 'x.y,a.on' }, { name: 'b' }],
      { a: { on: false } },
      ['b'],
    ],
    ['a tag', [{ name: 'a', tags: ['t'] }, { name: 'b' }], { tags: { t: false } }, ['b']],
    [
      'a true tag wins',
      [{ name: 'a', tags: ['t', 'u'] }, { name: 'b' }],
      { tags: { t: false, u: true } },
      ['a', 'b'],
    ],
    [
      'a condition beats tags',
      [{ name: 'a', tags: ['t'], condition: 'a.on' }, { name: 'b' }],
      { tags: { t: false }, a: { on: true } },
      ['a', 'b'],
    ],
    [
      'the same chart under two names',
      [{ name: 'a', alias: 'one' }, { name: 'a', alias: 'two' }, { name: 'b' }],
      {},
      ['one', 'two', 'b'],
    ],
  ])('%s', (_name, dependencies, values, present) => {
    expect(names(processed(dependencies, values))).toEqual(present);
  });

  it('a chart below an aliased one keeps the original name in its path', () => {
    const sub = chart('sub', {}, { charts: [chart('deep')] });
    const node = processed([{ name: 'sub', alias: 'ali' }], {}, [sub]);
    const [ali] = node.dependencies;
    expect(fullPath(ali!)).toBe('par/charts/ali');
    expect(fullPath(ali!.dependencies[0]!)).toBe('par/charts/sub/charts/deep');
  });

  it('what two children export to one place reaches the first of them', () => {
    const from = { version: '*', importValues: [{ child: 'data', parent: 'all' }] };
    const charts = [chart('a', { data: { x: 1 } }), chart('b', { data: { y: 2 } })];
    const { values } = processed(
      [
        { name: 'a', ...from },
        { name: 'b', ...from },
      ],
      {},
      charts,
    );
    expect(values).toMatchObject({ all: { x: 1, y: 2 }, a: { data: { x: 1, y: 2 } } });
  });

  it('a chart under two aliases imports from its own dependencies once', () => {
    const own = [{ name: 'deep', repository: '', version: '*', importValues: ['net'] }];
    const deep = chart('deep', { exports: { net: { port: 80 } } });
    const sub = chart('sub', {}, { charts: [deep], dependencies: own });
    const { dependencies } = processed(
      [
        { name: 'sub', alias: 'one' },
        { name: 'sub', alias: 'two' },
      ],
      {},
      [sub],
    );
    expect(dependencies.map(({ values }) => values['port'])).toEqual([80, undefined]);
  });

  it('says which step of an imported path is missing', () => {
    noted.length = 0;
    processed([{ name: 'a', importValues: ['net'] }]);
    expect(noted).toContain('Warning: ImportValues missing table: "exports" is not a table');
  });

  it('nothing is imported when no dependency is left', () => {
    const { values } = processed([{ name: 'a', condition: 'on' }], { on: false });
    expect(values).toEqual({});
  });

  it('imports values from a child, the parent’s own win', () => {
    const child = chart('a', { exports: { net: { port: 80, host: 'c' } }, data: { x: 1 } });
    const declared = [
      {
        name: 'a',
        repository: '',
        version: '*',
        importValues: ['net', { child: 'data', parent: 'mine.data' }],
      },
    ];
    const node = nodeOf(chart('par', { host: 'p' }, { charts: [child], dependencies: declared }));
    processDependencies(node, {}, warn);
    expect(node.values).toMatchObject({ host: 'p', port: 80, mine: { data: { x: 1 } } });
  });
});
