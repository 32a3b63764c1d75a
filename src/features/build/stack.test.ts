import { describe, expect, it } from 'vitest';
import { parseEnvironmentFile, parseStack } from './stack.ts';
import { substitute } from './substitute.ts';

const head = 'provider:\n  name: openfaas\n  gateway: http://gw:8080\n';

describe('substitute', () => {
  const variables = { v: 'Hello-World', path: '/usr/local/bin', empty: '', n: 'x' };
  it.each([
    ['${v}', 'Hello-World'],
    ['a ${n}${n} b', 'a xx b'],
    ['[${none}]', '[]'],
    ['$v $ {v} $1', '$v $ {v} $1'],
    ['$${v}', '${v}'],
    ['${none:-fall back}', 'fall back'],
    ['${empty:-d}', 'd'],
    ['${n:-d}', 'x'],
    ['${none:=d}', 'd'],
    ['${none=d}', 'd'],
    ['${none:-${v}!}', 'Hello-World!'],
    ['${n^}', 'X'],
    ['${v^^}', 'HELLO-WORLD'],
    ['${v,}', 'hello-World'],
    ['${v,,}', 'hello-world'],
    ['${v:6}', 'World'],
    ['${v:0:5}', 'Hello'],
    ['${path#*/}', 'usr/local/bin'],
    ['${path##*/}', 'bin'],
    ['${path%/*}', '/usr/local'],
    ['${path%%/*}', ''],
    ['${v/l/L}', 'HeLlo-World'],
    ['${v//l/L}', 'HeLLo-WorLd'],
    ['${v/#Hello/Bye}', 'Bye-World'],
    ['${v/%World/You}', 'Hello-You'],
    ['${v//o}', 'Hell-Wrld'],
    ['${#v}', '11'],
    ['${n:-$&}', 'x'],
  ])('%s', (text, expected) => {
    expect(substitute(text, variables)).toBe(expected);
  });

  it.each([['${v-d}'], ['${v:?no}'], ['${v:+x}'], ['${v'], ['${}'], ['${1}'], ['${v:a}']])(
    '%s is a bad substitution',
    (text) => {
      expect(() => substitute(`one\n${text}`, variables, 'stack.yml')).toThrow('bad substitution');
    },
  );
});

describe('parseStack', () => {
  it('reads everything a function has; scalars keep their text', () => {
    const stack = parseStack(
      `version: 1.0
${head}functions:
  zeta: {lang: node, handler: ./zeta, image: zeta}
  abc:
    lang: node
    handler: ./abc
    image: \${PREFIX:-me}/abc:0.2
    fprocess: node index.js
    skip_build: yes
    environment:
      number: 1.10
      flag: false
      empty:
      hex: 0x10
    environment_file: [env.yml]
    secrets: [db]
    constraints: ["a=b"]
    labels: {tier: 1}
    annotations: {schedule: "*/5 * * * *"}
    limits: {memory: 128Mi, cpu: 100m}
    requests: {memory: 64Mi}
    readonly_root_filesystem: true
    build_options: [dev]
    build_args: {A: 1}
    namespace: dev
configuration:
  templates: [{name: go, source: https://example.com/x.git}]
  copy: [shared]
`,
      { variables: {} },
    );
    expect(stack).toMatchObject({ version: '1.0', gateway: 'http://gw:8080', copy: ['shared'] });
    expect(stack.templates).toEqual([{ name: 'go', source: 'https://example.com/x.git' }]);
    expect(stack.functions.map(({ name }) => name)).toEqual(['abc', 'zeta']);
    expect(stack.functions[0]).toEqual({
      name: 'abc',
      lang: 'node',
      handler: './abc',
      image: 'me/abc:0.2',
      fprocess: 'node index.js',
      skipBuild: true,
      environment: { number: '1.10', flag: 'false', empty: '', hex: '0x10' },
      environmentFiles: ['env.yml'],
      secrets: ['db'],
      constraints: ['a=b'],
      labels: { tier: '1' },
      annotations: { schedule: '*/5 * * * *' },
      limits: { memory: '128Mi', cpu: '100m' },
      requests: { memory: '64Mi' },
      readOnlyRootFilesystem: true,
      buildOptions: ['dev'],
      buildArgs: { A: '1' },
      platforms: '',
      namespace: 'dev',
    });
  });

  it('merges anchors, as shared settings are written', () => {
    const text = `${head}functions:\n  a: &base {lang: node, image: a}\n  b: {<<: *base, image: b}\n`;
    expect(parseStack(text).functions[1]).toMatchObject({ lang: 'node', image: 'b' });
  });

  it.each([
    [
      'provider: {name: other}',
      {},
      `['openfaas'] is the only valid "provider.name" for the OpenFaaS CLI, but you gave: other`,
    ],
    [
      `version: 2.0\n${head}`,
      {},
      '[1.0] are the only valid versions for the stack file - found: 2.0',
    ],
    [head, { filter: 'a', regex: 'b' }, 'pass in a regex or a filter, not both'],
    [head, { filter: 'a*' }, 'no functions matching --filter/--regex were found in the YAML file'],
    ['- a', {}, 'the stack file is not a map'],
    ['a: [', {}, 'Error unmarshalling YAML'],
  ])('refuses %j %j', (text, options, message) => {
    expect(() => parseStack(text, { file: 'stack.yml', ...options })).toThrow(message);
  });

  it('chooses functions by glob or expression', () => {
    const text = `${head}functions: {api-one: {}, api-two: {}, web: {}}`;
    const names = (options: object) => parseStack(text, options).functions.map(({ name }) => name);
    expect(names({ filter: 'api-*' })).toEqual(['api-one', 'api-two']);
    expect(names({ regex: 'o' })).toEqual(['api-one', 'api-two']);
    expect(names({ regex: '^web$' })).toEqual(['web']);
    expect(() => names({ regex: '(' })).toThrow('--regex');
  });

  it('an environment file gives its map', () => {
    expect(parseEnvironmentFile('environment: {a: 1.0, b: yes}', 'env.yml')).toEqual({
      a: '1.0',
      b: 'yes',
    });
  });
});
