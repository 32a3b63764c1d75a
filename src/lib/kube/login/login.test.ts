import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/index.ts';
import { kubeconfigTransport, loadKubeconfig } from '../index.ts';
import type { Kubeconfig } from '../index.ts';

// A real server that believes one token, and real programs as plug-ins.
let dir: string;
let believed: string;
let asked: string[];
let server: http.Server;
let clock: FakeClock;

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'login-'));
  clock = new FakeClock(new Date('2026-01-01T00:00:00Z'));
  asked = [];
  believed = 'Bearer one';
  server = http.createServer((request, response) => {
    asked.push(request.headers.authorization ?? '');
    response.writeHead(request.headers.authorization === believed ? 200 : 401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true });
});

const here = (name: string): string => path.join(dir, name);

async function load(
  user: object,
  { isInteractive = false, hasHost = true } = {},
): Promise<Kubeconfig> {
  const { port } = server.address() as AddressInfo;
  const config = {
    'current-context': 'a',
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    clusters: [{ name: 'a', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'a', user }],
  };
  await writeFile(here('kubeconfig'), JSON.stringify(config));
  const plugins = { env: { PATH: process.env.PATH, FROM_ME: 'yes' }, isInteractive, clock };
  return loadKubeconfig({ files: [here('kubeconfig')], ...(hasHost ? { plugins } : {}) });
}

const v1 = 'client.authentication.k8s.io/v1';
const plugin = (more: object = {}): object => ({
  exec: { apiVersion: v1, command: './login', args: ['a b', '$HOME'], ...more },
});

/** A program that counts its calls, keeps what it was told, and prints what the file `answer` holds. */
async function writePlugin(answer: string | object, exitCode = 0): Promise<void> {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  await writeFile(here('answer'), text);
  await writeFile(
    here('login'),
    `#!/bin/sh\nprintf '%s|' "$@" "$FROM_ME" "$OWN" >> ${here('calls')}\nprintf '%s' "$KUBERNETES_EXEC_INFO" > ${here('info')}\ncat ${here('answer')}\nexit ${exitCode}\n`,
  );
  await chmod(here('login'), 0o755);
}
const credential = (status: object | undefined): object => ({
  kind: 'ExecCredential',
  apiVersion: v1,
  ...(status === undefined ? {} : { status }),
});

async function call(config: Kubeconfig): Promise<number> {
  return (await kubeconfigTransport(config)(new Request('http://cluster/api'))).status;
}

describe('a program that logs the user in', () => {
  it('is run once, with its arguments and environment, and told of the cluster', async () => {
    await writePlugin(credential({ token: 'one' }));
    const env = [{ name: 'OWN', value: 'x' }];
    const config = await load(plugin({ env, provideClusterInfo: true }));
    const transport = kubeconfigTransport(config);
    for (let round = 0; round < 3; round += 1) {
      expect((await transport(new Request('http://cluster/api'))).status).toBe(200);
    }
    expect(await readFile(here('calls'), 'utf8')).toBe('a b|$HOME|yes|x|');
    expect(JSON.parse(await readFile(here('info'), 'utf8'))).toEqual({
      kind: 'ExecCredential',
      apiVersion: v1,
      spec: { interactive: false, cluster: { server: config.server, config: null } },
    });
  });

  it('is run again when its answer expires, and when the server does not believe it', async () => {
    await writePlugin(credential({ token: 'one', expirationTimestamp: '2026-01-01T01:00:00Z' }));
    const transport = kubeconfigTransport(await load(plugin()));
    const status = async (): Promise<number> =>
      (await transport(new Request('http://cluster/api', { method: 'POST', body: '{}' }))).status;
    expect(await status()).toBe(200);
    believed = 'Bearer two';
    await writePlugin(credential({ token: 'two' }));
    expect(await status()).toBe(200);
    expect(asked).toEqual(['Bearer one', 'Bearer one', 'Bearer two']);
    believed = 'Bearer nobody';
    expect(await status()).toBe(401);
    expect(asked).toHaveLength(5);
  });

  it('is run again before its answer expires', async () => {
    await writePlugin(credential({ token: 'one', expirationTimestamp: '2026-01-01T01:00:00Z' }));
    const transport = kubeconfigTransport(await load(plugin()));
    await transport(new Request('http://cluster/api'));
    await writePlugin(credential({ token: 'two' }));
    await clock.advance(3_595_000);
    believed = 'Bearer two';
    await transport(new Request('http://cluster/api'));
    expect(asked).toEqual(['Bearer one', 'Bearer two']);
  });

  it('does not count when a token is given outright', async () => {
    await writePlugin(credential({ token: 'two' }));
    expect(await call(await load({ ...plugin(), token: 'one' }))).toBe(200);
  });

  it.each<[string, object | string, object, string]>([
    ['nothing', '', {}, 'decoding stdout: it is not JSON'],
    ['another kind', { kind: 'Secret' }, {}, 'decoding stdout: it is no ExecCredential'],
    ['no status', credential(undefined), {}, "exec plugin didn't return a status field"],
    ['no token', credential({}), {}, "exec plugin didn't return a token or cert/key pair"],
    [
      'half a pair',
      credential({ clientKeyData: 'CANARY' }),
      {},
      'exec plugin returned only certificate or key, not both',
    ],
    [
      'another version',
      credential({ token: 'CANARY' }),
      { apiVersion: 'client.authentication.k8s.io/v1beta1' },
      `exec plugin is configured to use API version client.authentication.k8s.io/v1beta1, plugin returned version ${v1}`,
    ],
    [
      'no program',
      '',
      { command: 'no-such-program', installHint: 'Get it from the shop.' },
      'exec: executable no-such-program not found\n\nGet it from the shop.',
    ],
  ])('says why when it gives %s', async (_what, answer, more, text) => {
    await writePlugin(answer);
    const failure = await call(await load(plugin(more))).catch((thrown: unknown) => String(thrown));
    expect(failure).toContain(`Unable to connect to the server: getting credentials: ${text}`);
    expect(failure).not.toContain('CANARY');
  });

  it('says why when it fails, and asks it again the next time', async () => {
    await writePlugin('CANARY', 3);
    const transport = kubeconfigTransport(await load(plugin()));
    await expect(transport(new Request('http://cluster/api'))).rejects.toThrow(
      /getting credentials: exec: executable .*login failed with exit code 3$/,
    );
    await writePlugin(credential({ token: 'one' }));
    expect((await transport(new Request('http://cluster/api'))).status).toBe(200);
  });

  it.each([
    [{ apiVersion: 'v1' }, 'exec plugin: invalid apiVersion "v1"'],
    [{ command: '' }, 'exec.command must be specified'],
    [{ interactiveMode: 'Maybe' }, 'invalid interactiveMode "Maybe"'],
    [{ interactiveMode: 'Always' }, 'cannot support interactive mode'],
  ])('%j is refused: %s', async (more, text) => {
    await expect(load(plugin(more))).rejects.toThrow(text);
  });

  it('is not run where nobody allowed it', async () => {
    await expect(load(plugin(), { hasHost: false })).rejects.toThrow('logs in by a program (exec)');
    await expect(load({ 'auth-provider': { name: 'gcp' } })).rejects.toThrow('auth-provider');
  });
});

describe('a token in a file', () => {
  it('is read for each request, and the last one holds when the file is away', async () => {
    await writeFile(here('token'), 'one\n');
    const transport = kubeconfigTransport(await load({ tokenFile: 'token', token: 'never' }));
    const send = async (): Promise<number> =>
      (await transport(new Request('http://cluster/api'))).status;
    expect(await send()).toBe(200);
    believed = 'Bearer two';
    await writeFile(here('token'), 'two\n');
    expect(await send()).toBe(200);
    await rm(here('token'));
    expect(await send()).toBe(200);
  });
});
