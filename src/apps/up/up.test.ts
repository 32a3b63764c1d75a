import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { hide, silentLogger, systemClock, type Kind } from '../../base/index.ts';
import {
  connect,
  kinds,
  kubeconfigTransport,
  loadKubeconfig,
  type Cluster,
} from '../../lib/kube/index.ts';
import { startUp, type Platform, type UpOptions } from './index.ts';

const home = mkdtempSync(path.join(tmpdir(), 'trice-up-'));
const platforms: Platform[] = [];
afterEach(async () => {
  await Promise.all(platforms.splice(0).map((each) => each.stop()));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const anyPort: Omit<UpOptions, 'dataDir'> = {
  apiPort: 0,
  gitPort: 0,
  registryPort: 0,
  gatewayPort: 0,
  uiPort: 0,
  isDemo: false,
};

async function start(
  name: string,
  change: Partial<UpOptions> = {},
  pid = process.pid,
): Promise<Platform> {
  const platform = await startUp(
    { ...anyPort, dataDir: path.join(home, name), ...change },
    {
      clock: systemClock,
      log: silentLogger,
      environment: process.env,
      pid,
      version: 'test',
      progress: () => {},
      signal: new AbortController().signal,
    },
  );
  platforms.push(platform);
  return platform;
}

describe('trice up', { timeout: 30_000 }, () => {
  it('writes where everything is, and secrets for its user only', async () => {
    const { up } = await start('a');
    expect(JSON.parse(readFileSync(path.join(home, 'a/up.json'), 'utf8'))).toEqual(up);
    const names = ['api', 'git', 'registry', 'gateway', 'ui', 'ingress', 'ingressTls'];
    expect(Object.keys(up.endpoints)).toEqual(names);
    expect((await fetch(up.endpoints.ingress ?? '')).status).toBe(404);
    for (const file of [up.kubeconfig, up.credentials.git, up.credentials.gateway ?? '']) {
      expect(statSync(file).mode & 0o077).toBe(0);
    }
    expect((await fetch(`${up.endpoints.gateway}/healthz`)).status).toBe(200);
    expect((await fetch(`${up.endpoints.registry}/v2/`)).status).toBe(200);
    expect((await fetch(up.endpoints.git)).status).toBe(404);
    expect(await (await fetch(up.endpoints.ui ?? '')).text()).toContain('<h1>Trice</h1>');
  });

  it('takes the same free ports and addresses again', async () => {
    const first = await start('again');
    await platforms.pop()?.stop();
    const second = await start('again');
    expect(second.up.ports).toEqual(first.up.ports);
  });

  it('two platforms run side by side', async () => {
    await start('left');
    await start('right');
    const networks = ['left', 'right'].map((name) =>
      readFileSync(path.join(home, name, 'network'), 'utf8'),
    );
    expect(new Set(networks).size).toBe(2);
  });

  it('names the flag of a port that is taken, and leaves nothing running', async () => {
    const blocker = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as net.AddressInfo;
    await expect(start('taken', { gatewayPort: port })).rejects.toThrow(
      `port ${port} is already in use (127.0.0.1:${port}): choose another with --gateway-port, or --gateway-port 0 for any free one`,
    );
    blocker.close();
    await start('taken');
  });

  it.each([
    ['a file in the way', () => writeFileSync(path.join(home, 'file'), ''), 'file/data'],
    ['a folder below /proc', () => {}, '/proc/nope'],
  ])('%s is one line that names --data', async (_name, prepare, dataDir) => {
    prepare();
    await expect(start('', { dataDir: path.resolve(home, dataDir) })).rejects.toThrow(
      /^cannot write to .*: give another folder with --data DIR$/,
    );
  });

  it.skipIf(process.getuid?.() === 0)(
    'a folder that is not ours to write (needs a user other than root)',
    async () => {
      await start('locked');
      await platforms.pop()?.stop();
      chmodSync(path.join(home, 'locked'), 0o500);
      await expect(start('locked')).rejects.toThrow('--data DIR');
    },
  );

  it('refuses a folder that another process uses', async () => {
    await start('used');
    await expect(start('used', {}, process.pid + 1_000_000)).rejects.toThrow(
      `is in use by process ${process.pid}`,
    );
  });

  it('says what is wrong in repositories.yaml', async () => {
    await start('bad');
    await platforms.pop()?.stop();
    writeFileSync(
      path.join(home, 'bad/repositories.yaml'),
      'repositories:\n- name: x\n  url: http://h/x.git\n  colour: red\n',
    );
    await expect(start('bad')).rejects.toThrow(
      /repositories\.yaml: repositories\[0\]: unknown field colour; known are name, url/,
    );
  });
});

describe('trice up as a plain API server', { timeout: 30_000 }, () => {
  const without = ['features', 'workloads', 'node'] as const;
  const clusterOf = async ({ up }: Platform, token?: string): Promise<Cluster> => {
    const admin = await loadKubeconfig({ files: [up.kubeconfig] });
    const nobody = { ...admin, clientCert: undefined, clientKey: undefined };
    const config = token === undefined ? admin : { ...nobody, token: hide(token) };
    return connect({ transport: kubeconfigTransport(config) });
  };
  const namesOf = async (cluster: Cluster, kind: Kind): Promise<string[]> =>
    (await cluster.list(kind)).items.map((each) => each.metadata.name);
  const kindOf = (apiVersion: string, kind: string, plural: string): Kind =>
    ({ apiVersion, kind, plural, namespaced: false }) as Kind;
  const classes = kindOf('storage.k8s.io/v1', 'StorageClass', 'storageclasses');
  const definitions = kindOf(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
  );

  it('holds what every cluster holds, keeps controllers, and leaves pods Pending', async () => {
    const platform = await start('plain', { without });
    expect(Object.keys(platform.up.endpoints)).toEqual(['api', 'git', 'registry']);
    const cluster = await clusterOf(platform);
    const own = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
    expect(await namesOf(cluster, kinds.Namespace)).toEqual(own);
    expect(await namesOf(cluster, kinds.Service)).toEqual(['kubernetes']);
    for (const kind of [kinds.Node, kinds.Lease, kinds.Event, definitions, classes])
      expect([kind.kind, ...(await namesOf(cluster, kind))]).toEqual([kind.kind]);
    const labels = { app: 'web' };
    await cluster.create(kinds.Deployment, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: 'c', image: 'registry.example/web:1' }] },
        },
      },
    });
    const signal = AbortSignal.timeout(10_000);
    const watch = cluster.watch(kinds.Pod, { namespace: 'default', signal });
    for await (const { object } of watch) {
      expect(object['status']).toMatchObject({ phase: 'Pending' });
      expect(object['spec']).not.toHaveProperty('nodeName');
      break;
    }
  });

  it('takes tokens, a range of addresses, a profile, and pods without accounts', async () => {
    const tokenFile = path.join(home, 'tokens.csv');
    writeFileSync(tokenFile, 'admin-token,admin,1,"system:masters"\n');
    const api = {
      profile: 'legacy',
      serviceCidr: '10.0.0.0/24',
      serviceAccountAdmission: false,
      tokenFile,
    } as const;
    const cluster = await clusterOf(await start('switched', { without, api }), 'admin-token');
    expect((await cluster.version()).gitVersion).toMatch(/^v1\.20\./);
    const service = await cluster.get(kinds.Service, { namespace: 'default', name: 'kubernetes' });
    expect(service?.['spec']).toMatchObject({ clusterIP: '10.0.0.1' });
    const pod = await cluster.create(kinds.Pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'alone', namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'registry.example/web:1' }] },
    });
    expect(pod['spec']).not.toHaveProperty('serviceAccountName');
    expect(pod['spec']).not.toHaveProperty('volumes');
  });

  it.each([
    ['a token file that is not there', { tokenFile: '/nowhere/tokens.csv' }, 'tokens.csv'],
    ['an authority that is not there', { clientCaFile: '/nowhere/ca.pem' }, 'ca.pem'],
    ['a range that is none', { serviceCidr: 'ten' }, 'ten is not a range'],
  ])('%s is one line', async (_name, api, text) => {
    await expect(start('faulty', { without, api })).rejects.toThrow(text);
  });

  it('--demo needs the features', async () => {
    await expect(start('demo', { without, isDemo: true })).rejects.toThrow('--features=off');
  });
});
