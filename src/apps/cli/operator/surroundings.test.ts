import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import { createApiServer } from '../../../embedded/apiserver/index.ts';
import { listen, type Listening } from '../../../lib/http/index.ts';
import { connect, kinds } from '../../../lib/kube/index.ts';
import { parseFlags, type Call } from '../cobra/index.ts';
import { flags } from './flags.ts';
import { httpsCredentials } from './https-credentials.ts';
import { receiverConfigOf } from './receiver-config.ts';
import { standbyHandler } from './standby.ts';

describe('passwords for https', () => {
  it('are for our repositories, or for what lies below their URL', async () => {
    const how = { storePath: ':memory:', clock: systemClock, log: silentLogger };
    const server = await createApiServer(how);
    const cluster = connect({ transport: server.transport });
    const secret = (name: string, stringData: Record<string, string>): Promise<unknown> => {
      const metadata = { namespace: 'default', name };
      return cluster.create(kinds.Secret, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata,
        stringData,
      });
    };
    await secret('own', { username: 'me', password: 'one\n' });
    await secret('group', { password: 'two', url: 'https://forge.example/team' });
    const find = httpsCredentials({
      cluster,
      log: silentLogger,
      namespace: 'default',
      secrets: ['gone', 'own', 'group'],
      repositories: ['https://host.example/repo.git', 'http://plain.example/repo'],
    });
    const found = async (url: string): Promise<string> => {
      const credentials = await find(url);
      return credentials ? `${credentials.username}:${credentials.password.reveal()}` : 'none';
    };
    expect(await found('https://host.example/repo')).toBe('me:one');
    expect(await found('https://host.example/other')).toBe('none');
    expect(await found('https://forge.example/team/app.git')).toBe('git:two');
    expect(await found('https://forge.example/teamwork')).toBe('none');
    expect(await found('https://forge.example.evil.org/team/app')).toBe('none');
    // Never in the clear.
    expect(await found('http://plain.example/repo')).toBe('none');
    await server.close();
  });
});

describe('the file of the receiver', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'trice-receiver-'));
    writeFileSync(path.join(dir, 'gh.key'), 'secret');
    writeFileSync(path.join(dir, 'empty.key'), '');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const read = (text: string) => {
    writeFileSync(path.join(dir, 'fluxrecv.yaml'), text);
    const { values } = parseFlags(['--receiver-config=fluxrecv.yaml'], flags, {});
    return receiverConfigOf({ flags: values, io: { cwd: dir } } as Call);
  };

  it('names endpoints and their keys, beside it', async () => {
    const text = `fluxRecvVersion: 1
api: http://localhost:3030/api/flux
endpoints:
- {source: GitHub, keyPath: gh.key}
- {source: GoogleContainerRegistry, keyPath: gh.key, gcr: {audience: me}}
`;
    expect(await read(text)).toMatchObject({
      endpoints: [{ source: 'GitHub', registryHost: '' }, { audience: 'me' }],
    });
  });

  it.each([
    ['fluxRecvVersion: 2\nendpoints: []', 'fluxrecv.yaml: fluxRecvVersion: '],
    ['fluxRecvVersion: 1\nendpoint: []', 'fluxrecv.yaml: '],
    ['fluxRecvVersion: 1\nendpoints: [{source: Git, keyPath: gh.key}]', 'unknown source "Git"'],
    ['fluxRecvVersion: 1\nendpoints: [{source: Quay, keyPath: no.key}]', 'no.key'],
    ['fluxRecvVersion: 1\nendpoints: [{source: Quay, keyPath: empty.key}]', 'is empty'],
    ['fluxRecvVersion: 1\napi: http://x/\nendpoints: []', 'leave it out'],
  ])('%s is refused', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});

describe('an operator that waits', () => {
  let leader: Listening;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    leader = await listen({
      host: '127.0.0.1',
      port: 0,
      handler: async (request) => {
        const { pathname, search } = new URL(request.url);
        asked.push(`${request.method} ${pathname}${search} ${await request.text()}`);
        return new Response('from the leader', { status: 202 });
      },
    });
  });
  afterEach(() => leader.close());

  const ask = async (address: string | undefined, request: Request): Promise<string> => {
    const holder = address === undefined ? { identity: 'x' } : { identity: 'x', address };
    const answer = await standbyHandler(leader.port, () => holder)(request);
    return `${answer.status} ${await answer.text()}`;
  };
  const post = (headers: Record<string, string> = {}): Request =>
    new Request('http://here/a/b?c=d', { method: 'POST', body: 'text', headers });

  it('asks the leader, once', async () => {
    expect(await ask('127.0.0.1', post())).toBe('202 from the leader');
    expect(asked).toEqual(['POST /a/b?c=d text']);
    expect(await ask('127.0.0.1', post({ 'trice-passed-on': '1' }))).toMatch(/^503 .* by x\n$/);
    expect(await ask(undefined, post())).toMatch(/^503 /);
    expect(await ask('127.0.0.9', post())).toMatch(/^503 /);
  });

  it('is well by itself', async () => {
    expect(await ask(undefined, new Request('http://here/healthz'))).toBe('200 OK');
  });
});
