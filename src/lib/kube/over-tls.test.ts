import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../base/index.ts';
import { createApiServer, createPki, kubeconfigText } from '../../embedded/apiserver/index.ts';
import { connect, kinds, kubeconfigTransport, loadKubeconfig, type Cluster } from './index.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'trice-tls-'));
const closers: Array<() => Promise<void>> = [];
let cluster: Cluster;

beforeAll(async () => {
  const server = await createApiServer({
    storePath: ':memory:',
    clock: systemClock,
    log: silentLogger,
  });
  const pki = await createPki({
    dir: path.join(dir, 'pki'),
    clock: systemClock,
    hosts: ['127.0.0.1'],
  });
  const tls = { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem };
  const listening = await server.listen({ host: '127.0.0.1', port: 0, tls });
  closers.push(
    () => listening.close(),
    () => server.close(),
  );
  const file = path.join(dir, 'kubeconfig');
  writeFileSync(file, kubeconfigText({ server: `https://127.0.0.1:${listening.port}`, pki }));
  cluster = connect({ transport: kubeconfigTransport(await loadKubeconfig({ files: [file] })) });
});

afterAll(async () => {
  for (const close of closers) await close();
  rmSync(dir, { recursive: true, force: true });
});

describe('over HTTPS with a client certificate', () => {
  it('a DELETE with a body is followed by other calls on the same connection', async () => {
    for (let round = 0; round < 5; round += 1) {
      await cluster.delete(kinds.Pod, { namespace: 'default', name: 'nobody' });
      const name = `made-${round}`;
      const made = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'default' },
      };
      expect((await cluster.create(kinds.ConfigMap, made)).metadata.name).toBe(name);
    }
  });

  it('watches, and ends a watch when told to', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { object } of cluster.watch(kinds.Namespace, { signal: stop.signal })) {
      seen.push(object.metadata.name);
      if (seen.includes('default')) stop.abort();
    }
    expect(seen).toContain('default');
  });
});
