import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../base/index.ts';
import { program } from './index.ts';

let cwd: string;
let asked: http.IncomingMessage[];
let server: http.Server;
let port: number;
beforeEach(async () => {
  asked = [];
  cwd = await mkdtemp(path.join(os.tmpdir(), 'kubeseal-'));
  server = http.createServer((request, response) => {
    asked.push(request);
    if (request.headers['x-silent'] !== undefined || request.url?.includes('/silent')) return;
    const isService = request.url?.endsWith('/services/sealed-secrets-controller') ?? false;
    if (isService) response.setHeader('Content-Type', 'application/json');
    response.end(
      isService
        ? JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec: {} })
        : 'CERT',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  const user = (name: string, token: string): string => `{name: ${name}, user: {token: ${token}}}`;
  await writeFile(
    path.join(cwd, 'kc'),
    [
      `clusters: [{name: a, cluster: {server: "http://127.0.0.1:1"}}, {name: b, cluster: {server: "http://127.0.0.1:${port}"}}]`,
      'contexts: [{name: a, context: {cluster: a, user: a}}]',
      `users: [${user('a', 'token-a')}, ${user('b', 'token-b')}]`,
      'current-context: a',
    ].join('\n'),
  );
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(cwd, { recursive: true });
});

async function run(args: string): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const to = (name: 'out' | 'err') => ({
    isTTY: false,
    write: (chunk: string | Uint8Array) => void (written[name] += Buffer.from(chunk).toString()),
  });
  const code = await program(['--fetch-cert', ...args.split(' ').filter(Boolean)], {
    stdin: (async function* () {})(),
    stdout: to('out'),
    stderr: to('err'),
    env: { HOME: cwd },
    cwd,
    signal: new AbortController().signal,
    clock: systemClock,
  });
  return { code, ...written };
}
const at = '--kubeconfig kc --cluster b';

describe('connection flags', () => {
  it('--cluster and --user take the place of what the context names', async () => {
    expect((await run('--kubeconfig kc')).err).toContain('127.0.0.1:1 was refused');
    expect(await run(`${at} --user b`)).toEqual({ code: 0, out: 'CERT', err: '' });
    expect(asked[0]?.headers.authorization).toBe('Bearer token-b');
    expect((await run('--kubeconfig kc --user nobody')).err).toContain('user "nobody" does not');
  });

  it.each([
    ['', 'Bearer token-a'],
    ['--token mine', 'Bearer mine'],
    ['--username u --password p', `Basic ${btoa('u:p')}`],
  ])('logs in: %s', async (flags, authorization) => {
    await run(`${at} ${flags}`);
    expect(asked[0]?.headers.authorization).toBe(authorization);
  });

  it('asks to be taken for somebody else', async () => {
    await run(`${at} --as jane --as-group dev --as-group ops,all --as-uid 7`);
    const raw = asked[0]?.rawHeaders ?? [];
    const values = (name: string): string[] =>
      raw.filter((_value, index) => raw[index - 1]?.toLowerCase() === name && index % 2 === 1);
    expect(values('impersonate-user')).toEqual(['jane']);
    expect(values('impersonate-group')).toEqual(['dev', 'ops,all']);
    expect(values('impersonate-uid')).toEqual(['7']);
  });

  it('goes through a proxy', async () => {
    const seen: string[] = [];
    const proxy = http.createServer((request, response) => {
      seen.push(request.url ?? '');
      http
        .get(request.url ?? '', (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 0)))
        .end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port: proxyPort } = proxy.address() as AddressInfo;
    const url = `http://127.0.0.1:${proxyPort}`;
    const { out } = await run(`${at} --proxy-url ${url}`);
    expect(out).toBe('CERT');
    expect(seen[0]).toMatch(`http://127.0.0.1:${port}/api/v1/`);
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });

  it.each([
    ['--request-timeout 40ms --controller-namespace silent', 'no answer within 0.04 s'],
    ['--request-timeout soon', 'Invalid timeout value'],
    ['--as-group dev', '--as-group and --as-uid need --as'],
    ['--token t --username u', 'not both'],
    ['--password p', '--password needs --username'],
    ['--proxy-url socks5://x', 'only http:// and https:// are supported'],
    ['--log_dir /tmp', '--log_dir is not supported'],
    ['--stderrthreshold 1', '--stderrthreshold is not supported'],
    ['--logtostderr=false', '--logtostderr=false is not supported'],
  ])('%s: %s', async (flags, text) => {
    const { code, err } = await run(`${at} ${flags}`);
    expect([code, err]).toEqual([1, expect.stringContaining(text)]);
  });

  it('waits as long as it is told, and tells requests', async () => {
    const { out, err } = await run(`${at} --request-timeout 1m30s --logtostderr -v 6`);
    expect(out).toBe('CERT');
    expect(err).toMatch(
      /^GET \/api\/v1\/namespaces\/kube-system\/services\/\S+ 200 in \d+ ms\nGET /,
    );
    expect(err).not.toContain('token-a');
  });
});
