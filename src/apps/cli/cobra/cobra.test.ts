import { describe, expect, it } from 'vitest';
import { KnownError, systemClock } from '../../../base/index.ts';
import type { CliIo } from '../io.ts';
import { exactArgs, execute, noArgs, type Call, type Command } from './index.ts';

function fakeIo(env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const io: CliIo = {
    stdin: (async function* () {})(),
    stdout: { write: (chunk) => void out.push(String(chunk)), isTTY: false },
    stderr: { write: (chunk) => void err.push(String(chunk)), isTTY: false },
    env,
    cwd: '/',
    signal: new AbortController().signal,
    clock: systemClock,
  };
  return { io, out: () => out.join(''), err: () => err.join('') };
}

let seen: Call | undefined;
const run = async (call: Call): Promise<void> => {
  seen = call;
};

const root: Command = {
  use: 'ship',
  short: 'Sails',
  long: 'Sails the seas.',
  persistentFlags: [
    { name: 'namespace', shorthand: 'n', type: 'string', usage: 'namespace scope', env: 'SHIP_NS' },
  ],
  commands: [
    {
      use: 'load [CARGO]',
      short: 'loads cargo',
      aliases: ['ld'],
      args: exactArgs(1),
      run,
      flags: [
        { name: 'force', type: 'bool', usage: 'do it anyway' },
        { name: 'count', shorthand: 'c', type: 'int', default: '3', usage: 'how many' },
        { name: 'set', type: 'stringSlice', usage: 'set `KEY=VALUE`' },
        { name: 'raw', type: 'stringArray', usage: 'raw' },
        { name: 'wait', type: 'duration', default: '5m0s', usage: 'how long' },
        { name: 'old', type: 'bool', usage: 'old', deprecated: 'use --new' },
        { name: 'mode', type: 'string', default: 'fast', bare: 'slow', usage: 'mode' },
      ],
    },
    { use: 'list', short: 'lists cargo', args: noArgs, run },
    {
      use: 'fail',
      short: 'fails',
      run: async () => {
        throw new KnownError('not-found', 'no such ship');
      },
    },
  ],
};

async function call(...argv: string[]) {
  seen = undefined;
  const { io, out, err } = fakeIo();
  const code = await execute(root, argv, io);
  return { code, out: out(), err: err() };
}

describe('flags', () => {
  it('reads every form', async () => {
    await call(
      '-n',
      'ns',
      'load',
      '--force',
      'gold',
      '-c5',
      '--set',
      'a=1,b=2',
      '--set=c=3',
      '--raw',
      'x,y',
      '--wait=1h2m',
      '--mode',
    );
    const { flags, args, path } = seen!;
    expect([args, path]).toEqual([['gold'], 'ship load']);
    expect([flags.string('namespace'), flags.bool('force'), flags.number('count')]).toEqual([
      'ns',
      true,
      5,
    ]);
    expect([flags.list('set'), flags.list('raw')]).toEqual([['a=1', 'b=2', 'c=3'], ['x,y']]);
    expect([flags.number('wait'), flags.string('mode')]).toEqual([3_720_000, 'slow']);
    expect([flags.changed('count'), flags.changed('old')]).toEqual([true, false]);
  });

  it('has defaults, and takes an environment variable in place of an absent flag', async () => {
    const { io } = fakeIo({ SHIP_NS: 'env' });
    await execute(root, ['ld', 'x'], io);
    expect([
      seen!.flags.number('count'),
      seen!.flags.number('wait'),
      seen!.flags.string('namespace'),
    ]).toEqual([3, 300_000, 'env']);
    await execute(root, ['ld', 'x', '--namespace=flag'], io);
    expect(seen!.flags.string('namespace')).toBe('flag');
  });

  it('leaves what follows -- alone', async () => {
    await call('load', '--', '--force');
    expect(seen!.args).toEqual(['--force']);
  });

  it('tells of a deprecated flag and goes on', async () => {
    const { code, err } = await call('load', 'x', '--old');
    expect([code, err]).toEqual([0, 'Flag --old has been deprecated, use --new\n']);
  });
});

describe('errors', () => {
  it.each([
    [['load', 'x', '--nope'], 'unknown flag: --nope'],
    [['load', 'x', '-q'], "unknown shorthand flag: 'q' in -q"],
    [['load', 'x', '--count'], 'flag needs an argument: --count'],
    [['load', 'x', '-c'], "flag needs an argument: 'c' in -c"],
    [
      ['load', 'x', '-c', 'many'],
      'invalid argument "many" for "-c, --count" flag: strconv.ParseInt: parsing "many": invalid syntax',
    ],
    [
      ['load', 'x', '--force=maybe'],
      'invalid argument "maybe" for "--force" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      ['load', 'x', '--wait', '5'],
      'invalid argument "5" for "--wait" flag: time: missing unit in duration "5"',
    ],
    [['load'], 'accepts 1 arg(s), received 0'],
    [['list', 'x'], 'unknown command "x" for "ship list"'],
    [['fail'], 'no such ship'],
  ])('%j', async (argv, message) => {
    const { code, err } = await call(...argv);
    expect(code).toBe(1);
    expect(err.split('\n')[0]).toBe(`Error: ${message}`);
  });

  it('suggests a command that is near', async () => {
    expect((await call('lst')).err).toBe(
      'Error: unknown command "lst" for "ship"\n\nDid you mean this?\n\tlist\n\nRun \'ship --help\' for usage.\n',
    );
  });
});

describe('help', () => {
  it('of a group', async () => {
    expect(await call()).toEqual({
      code: 0,
      err: '',
      out: `Sails the seas.

Usage:
  ship [command]

Available Commands:
  fail        fails
  help        Help about any command
  list        lists cargo
  load        loads cargo

Flags:
  -h, --help               help for ship
  -n, --namespace string   namespace scope

Use "ship [command] --help" for more information about a command.
`,
    });
  });

  it('names a group of trice with the program', async () => {
    const { io, out } = fakeIo();
    const group = { use: 'trice fleet', commands: [{ use: 'list [DIR]', short: 'lists', run }] };
    await execute(group, ['list', '--help'], io);
    expect(out()).toContain('Usage:\n  trice fleet list [DIR] [flags]\n');
    await execute(group, [], io);
    expect(out()).toContain('Use "trice fleet [command] --help" for more information');
  });

  it('of a command, also as `help X`', async () => {
    const { out } = await call('load', '--help');
    expect((await call('help', 'load')).out).toBe(out);
    expect(out).toBe(
      `loads cargo

Usage:
  ship load [CARGO] [flags]

Aliases:
  load, ld

Flags:
  -c, --count int              how many (default 3)
      --force                  do it anyway
  -h, --help                   help for load
      --mode string[="slow"]   mode (default "fast")
      --raw stringArray        raw
      --set KEY=VALUE          set KEY=VALUE
      --wait duration          how long (default 5m0s)

Global Flags:
  -n, --namespace string   namespace scope
`,
    );
  });
});
