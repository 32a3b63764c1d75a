import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../base/index.ts';
import { createApiServer, type ApiServer } from '../../embedded/apiserver/index.ts';
import { repositorySettings } from '../../features/sync/index.ts';
import { connect, kinds, type Cluster } from '../../lib/kube/index.ts';
import { withDeployKey } from './deploy-key.ts';
import type { OperatorPorts } from './start-operator.ts';

let dir: string;
let server: ApiServer;
let cluster: Cluster;
const stop = new AbortController();

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-deploy-key-'));
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
  cluster = connect({ transport: server.transport });
});

afterEach(async () => {
  stop.abort();
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const keyed = (...urls: string[]) =>
  withDeployKey({
    cluster,
    clock: systemClock,
    log: silentLogger,
    signal: stop.signal,
    dataDir: dir,
    namespace: 'default',
    repositories: urls.map((url) => repositorySettings({ url })),
    deployKey: { secretName: 'key', bits: 2048 },
  } as unknown as OperatorPorts);

const secret = { namespace: 'default', name: 'key' };

it('is made where a repository needs it, and only there', async () => {
  expect((await keyed('https://host/repo')).ssh).toBeUndefined();
  expect(await cluster.get(kinds.Secret, secret)).toBeUndefined();
  const { ssh } = await keyed('git@host:repo');
  expect(readFileSync(ssh!.keyFile, 'utf8')).toContain('PRIVATE KEY');
  expect(await cluster.get(kinds.Secret, secret)).toBeDefined();
});

it('that is there already serves charts over SSH, too', async () => {
  const { ssh } = await keyed('git@host:repo');
  const key = readFileSync(ssh!.keyFile, 'utf8');
  const again = await keyed('https://host/repo');
  expect(readFileSync(again.ssh!.keyFile, 'utf8')).toBe(key);
});
