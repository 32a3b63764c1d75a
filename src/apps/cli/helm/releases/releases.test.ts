import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../../base/index.ts';
import {
  createApiServer,
  createPki,
  kubeconfigText,
} from '../../../../embedded/apiserver/index.ts';
import { program } from '../index.ts';

let dir: string;
let close: () => Promise<unknown>;

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'helm-releases-'));
  const clock = systemClock;
  const server = await createApiServer({ storePath: ':memory:', clock, log: silentLogger });
  const hosts = ['127.0.0.1'];
  const pki = await createPki({ dir: path.join(dir, 'pki'), clock, hosts });
  const tls = { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem };
  const listening = await server.listen({ host: '127.0.0.1', port: 0, tls });
  close = async () => {
    await listening.close();
    await server.close();
  };
  const url = `https://127.0.0.1:${listening.port}`;
  await writeFile(path.join(dir, 'kubeconfig'), kubeconfigText({ server: url, pki }));
  await mkdir(path.join(dir, 'demo/templates'), { recursive: true });
  await writeFile(
    path.join(dir, 'demo/Chart.yaml'),
    'apiVersion: v2\nname: demo\nversion: 0.1.0\n',
  );
  const hook = 'metadata: {name: t, annotations: {helm.sh/hook: test}}\n';
  await writeFile(
    path.join(dir, 'demo/templates/t.yaml'),
    `apiVersion: v1\nkind: ConfigMap\n${hook}`,
  );
});

afterEach(async () => {
  await close();
  await rm(dir, { recursive: true, force: true });
});

async function helm(...argv: string[]): Promise<string> {
  let text = '';
  const write = (chunk: string | Uint8Array): void => void (text += chunk.toString());
  await program(argv, {
    stdin: (async function* () {})(),
    stdout: { write, isTTY: false },
    stderr: { write, isTTY: false },
    env: { HOME: dir, KUBECONFIG: path.join(dir, 'kubeconfig') },
    cwd: dir,
    signal: new AbortController().signal,
    clock: systemClock,
  });
  return text;
}

it('labels select releases and are no part of what is printed', async () => {
  expect(await helm('install', 'a', 'demo', '-l', 'team=x', '-o', 'json')).not.toContain('team');
  await helm('install', 'b', 'demo', '--labels', 'team=y');
  expect(await helm('list', '-q')).toBe('a\nb\n');
  expect(await helm('list', '-q', '-l', 'team=y')).toBe('b\n');
});

it('test runs the hook over a real connection, and names a filter and a release that are wrong', async () => {
  await helm('install', 'a', 'demo');
  expect(await helm('test', 'a')).toMatch(/Phase: {10}Succeeded\n$/);
  expect(await helm('test', 'a', '--filter', 'x=y')).toBe(
    'Error: --filter x=y: want name=VALUE or !name=VALUE\n',
  );
  expect(await helm('test', 'nope')).toBe('Error: release: not found\n');
});
