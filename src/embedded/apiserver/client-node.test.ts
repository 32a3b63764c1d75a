import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as k8s from '@kubernetes/client-node';
import { silentLogger, systemClock } from '../../base/index.ts';
import { createPki, createApiServer, kubeconfigText, type ApiServer } from './index.ts';

describe('the official JavaScript client', () => {
  let dir: string;
  let server: ApiServer;
  let stop: () => Promise<void>;
  const config = new k8s.KubeConfig();

  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'trice-client-'));
    const pki = await createPki({ dir, clock: systemClock, hosts: [] });
    server = await createApiServer({
      storePath: path.join(dir, 'state.db'),
      clock: systemClock,
      log: silentLogger,
    });
    const tls = { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem };
    const listening = await server.listen({ host: '127.0.0.1', port: 0, tls });
    stop = () => listening.close();
    config.loadFromString(kubeconfigText({ server: `https://127.0.0.1:${listening.port}`, pki }));
  });
  afterAll(async () => {
    await stop();
    await server.close();
    rmSync(dir, { recursive: true });
  });

  it('creates, reads, patches, lists and deletes', async () => {
    const core = config.makeApiClient(k8s.CoreV1Api);
    const made = await core.createNamespacedConfigMap({
      namespace: 'default',
      body: { metadata: { name: 'c' }, data: { a: '1' } },
    });
    expect(made.metadata?.uid).toBeDefined();
    const patched = await core.patchNamespacedConfigMap({
      namespace: 'default',
      name: 'c',
      body: [{ op: 'replace', path: '/data/a', value: '2' }],
    });
    expect(patched.data).toEqual({ a: '2' });
    const list = await core.listNamespacedConfigMap({ namespace: 'default' });
    expect(list.items.map((item) => item.metadata?.name)).toContain('c');
    await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'c' });
    await expect(
      core.readNamespacedConfigMap({ namespace: 'default', name: 'c' }),
    ).rejects.toMatchObject({ code: 404 });
  });

  it('its informer hears of every change', async () => {
    const core = config.makeApiClient(k8s.CoreV1Api);
    const informer = k8s.makeInformer(config, '/api/v1/namespaces/default/secrets', () =>
      core.listNamespacedSecret({ namespace: 'default' }),
    );
    const heard: string[] = [];
    const wait = (wanted: string): Promise<void> =>
      new Promise((resolve) => {
        for (const verb of ['add', 'update', 'delete'] as const)
          informer.on(verb, (secret) => {
            const text = `${verb} ${secret.metadata?.name}`;
            heard.push(text);
            if (text === wanted) resolve();
          });
      });
    const done = wait('delete s');
    const connected = new Promise<void>((resolve) => informer.on('connect', () => resolve()));
    await informer.start();
    await connected;
    await core.createNamespacedSecret({
      namespace: 'default',
      body: { metadata: { name: 's' }, stringData: { p: 'w' } },
    });
    await core.replaceNamespacedSecret({
      namespace: 'default',
      name: 's',
      body: { metadata: { name: 's' }, stringData: { p: 'x' } },
    });
    await core.deleteNamespacedSecret({ namespace: 'default', name: 's' });
    await done;
    await informer.stop();
    expect(heard).toEqual(expect.arrayContaining(['add s', 'update s', 'delete s']));
  });

  it('applies objects of any kind server-side', async () => {
    const objects = k8s.KubernetesObjectApi.makeApiClient(config);
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'o', namespace: 'default' },
      data: { a: '1' },
    };
    const made = await objects.create(body);
    expect(made.metadata).toHaveProperty('uid');
    const applied = await objects.patch(
      { ...body, data: { b: '2' } },
      undefined,
      undefined,
      'me',
      true,
      k8s.PatchStrategy.ServerSideApply,
    );
    expect(applied).toMatchObject({ data: { a: '1', b: '2' } });
  });
});
