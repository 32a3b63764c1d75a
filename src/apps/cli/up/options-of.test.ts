import { describe, expect, it } from 'vitest';
import { execute, noArgs, type Call } from '../cobra/index.ts';
import type { CliIo } from '../io.ts';
import { flags } from './flags.ts';
import { optionsOf } from './options-of.ts';

/** What a command line asks for, or what is wrong with it. */
async function asked(...argv: string[]): Promise<unknown> {
  let found: unknown;
  let told = '';
  const write = (text: string): boolean => ((told += text), true);
  const io = {
    cwd: '/here',
    env: { HOME: '/home/me' },
    stdout: { write },
    stderr: { write },
  } as unknown as CliIo;
  const run = async (call: Call): Promise<void> => void (found = optionsOf(call));
  await execute({ use: 'trice up', args: noArgs, flags, run }, argv, io);
  return found ?? told;
}

describe('the flags of trice up', () => {
  it('by themselves ask for everything', async () => {
    expect(await asked()).toEqual({
      dataDir: '/home/me/.trice',
      apiPort: 6443,
      gitPort: 3000,
      registryPort: 5000,
      gatewayPort: 8080,
      uiPort: 8088,
      ingressPort: 0,
      ingressTlsPort: 0,
      isDemo: false,
      protectedBranches: [],
      engineArguments: [],
      api: { profile: 'modern', serviceAccountAdmission: true },
      without: [],
    });
  });

  it.each([
    [['--workloads=off'], { without: ['workloads'] }],
    [['--node=none'], { without: ['node'] }],
    [['--features', 'off', '--workloads', 'off'], { without: ['features', 'workloads'] }],
    [['--profile', 'legacy'], { api: { profile: 'legacy' } }],
    [['--service-account-admission=off'], { api: { serviceAccountAdmission: false } }],
    [['--service-cidr=10.0.0.0/24'], { api: { serviceCidr: '10.0.0.0/24' } }],
    [['--token-auth-file=t.csv'], { api: { tokenFile: '/here/t.csv' } }],
    [['--client-ca-file', '/etc/ca.pem'], { api: { clientCaFile: '/etc/ca.pem' } }],
    [
      ['--runtime-args=--runtime=runc  --ulimit=nofile=1024:1024', '--runtime-args', '--init'],
      { engineArguments: ['--runtime=runc', '--ulimit=nofile=1024:1024', '--init'] },
    ],
    [
      ['--protect-branch=main', '--max-push-bytes=1000'],
      { protectedBranches: ['main'], maxPushBytes: 1000 },
    ],
    [['--engine-arg=--env=A=b c'], { engineArguments: ['--env=A=b c'] }],
  ])('%j', async (argv, wanted) => {
    expect(await asked(...argv)).toMatchObject(wanted);
  });

  it.each([
    ['--workloads=no', '--workloads no: it is on or off'],
    ['--node=two', '--node two: it is trice or none'],
    ['--profile=old', '--profile old: it is modern or legacy'],
    ['--api-port=70000', '--api-port 70000: a port is a number from 0 to 65535'],
  ])('%s is refused', async (flag, text) => {
    expect(await asked(flag)).toContain(text);
  });
});
