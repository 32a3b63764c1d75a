import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { createApiServer, createPki, kubeconfigText } from '../../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../../embedded/apiserver/index.ts';
import { findProgram } from '../../../../test/programs.ts';
import { connect, kinds } from '../../kube/index.ts';
import type { Cluster } from '../../kube/index.ts';
import { chartOf, installRelease, upgradeRelease } from '../index.ts';
import type { ActionPorts, Chart } from '../index.ts';

const helm = findProgram('helm');

/** An object as the first revision has it, what another makes of it, what the second revision has, and what follows. */
interface Row {
  readonly what: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly old: JsonRecord;
  /** A JSON merge patch of someone else. */
  readonly edit?: JsonRecord;
  readonly next: JsonRecord;
  readonly live: JsonRecord;
  /** A field that is no longer there. */
  readonly absent?: string;
}

const pod = (...containers: JsonRecord[]): JsonRecord => ({
  metadata: { labels: { a: 'b' } },
  spec: { containers },
});
const app = (more: JsonRecord = {}): JsonRecord => ({ name: 'app', image: 'i:1', ...more });
const side = { name: 'side', image: 's:1' };
const selector = { matchLabels: { a: 'b' } };
const rule = (host: string): JsonRecord => ({ host });
const backend = { service: { name: 's', port: { number: 1 } } };

/** By the rules of strategic merge (reference: helm.md F.5.1). */
const rows: readonly Row[] = [
  {
    what: 'own keys are set back and removed, keys of others stay',
    apiVersion: 'v1',
    kind: 'ConfigMap',
    old: { data: { kept: 'a', gone: 'b' } },
    edit: { data: { kept: 'edited', theirs: 'c' } },
    next: { data: { kept: 'a', new: 'd' } },
    live: { data: { kept: 'a', new: 'd', theirs: 'c' } },
  },
  {
    what: 'containers and their environment pair by name',
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    old: {
      spec: {
        selector,
        template: pod(
          app({
            env: [
              { name: 'X', value: '1' },
              { name: 'Y', value: '2' },
            ],
          }),
        ),
      },
    },
    edit: {
      spec: {
        template: {
          spec: {
            containers: [
              app({
                env: [
                  { name: 'X', value: '1' },
                  { name: 'Y', value: '2' },
                  { name: 'Z', value: '3' },
                ],
              }),
              side,
            ],
          },
        },
      },
    },
    next: {
      spec: { selector, template: pod(app({ image: 'i:2', env: [{ name: 'X', value: '9' }] })) },
    },
    live: {
      spec: {
        template: {
          spec: {
            containers: [
              {
                name: 'app',
                image: 'i:2',
                env: [
                  { name: 'X', value: '9' },
                  { name: 'Z', value: '3' },
                ],
              },
              side,
            ],
          },
        },
      },
    },
  },
  {
    what: 'a strategy of another type keeps nothing of the old one',
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    old: {
      spec: {
        selector,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2 } },
        template: pod(app()),
      },
    },
    next: { spec: { selector, strategy: { type: 'Recreate' }, template: pod(app()) } },
    live: { spec: { strategy: { type: 'Recreate' } } },
    absent: 'spec.strategy.rollingUpdate',
  },
  {
    what: 'a volume of another type keeps nothing of the old one',
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    old: {
      spec: {
        selector,
        template: {
          metadata: { labels: { a: 'b' } },
          spec: { containers: [app()], volumes: [{ name: 'v', emptyDir: {} }] },
        },
      },
    },
    next: {
      spec: {
        selector,
        template: {
          metadata: { labels: { a: 'b' } },
          spec: { containers: [app()], volumes: [{ name: 'v', configMap: { name: 'c' } }] },
        },
      },
    },
    live: {
      spec: {
        template: {
          spec: { volumes: [{ name: 'v', configMap: { name: 'c', defaultMode: 420 } }] },
        },
      },
    },
  },
  {
    what: 'ports pair by number, what the server has given stays',
    apiVersion: 'v1',
    kind: 'Service',
    old: {
      spec: {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 2 },
        ],
      },
    },
    edit: {
      spec: {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 2 },
          { name: 'c', port: 3 },
        ],
      },
    },
    next: { spec: { ports: [{ name: 'a', port: 1, targetPort: 9 }] } },
    live: {
      spec: {
        type: 'ClusterIP',
        ports: [
          { name: 'a', port: 1, protocol: 'TCP', targetPort: 9 },
          { name: 'c', port: 3, protocol: 'TCP', targetPort: 3 },
        ],
      },
    },
  },
  {
    what: 'rules are one whole',
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    old: { spec: { defaultBackend: backend, rules: [rule('a'), rule('b')] } },
    edit: { spec: { rules: [rule('a'), rule('b'), rule('theirs')] } },
    next: { spec: { defaultBackend: backend, rules: [rule('a')] } },
    live: { spec: { rules: [rule('a')] } },
  },
  {
    what: 'rules are one whole',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    old: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
    edit: { rules: [{ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get'] }] },
    next: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] },
    live: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] },
  },
  {
    what: 'secrets pair by name, pull secrets are one whole',
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    old: { secrets: [{ name: 'a' }], imagePullSecrets: [{ name: 'x' }] },
    edit: {
      secrets: [{ name: 'a' }, { name: 'theirs' }],
      imagePullSecrets: [{ name: 'x' }, { name: 'theirs' }],
    },
    next: { secrets: [{ name: 'b' }], imagePullSecrets: [{ name: 'y' }] },
    live: { secrets: [{ name: 'b' }, { name: 'theirs' }], imagePullSecrets: [{ name: 'y' }] },
  },
  {
    what: 'what an autoscaler has set stays when the manifest never said it',
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    old: { spec: { serviceName: 's', selector, template: pod(app()) } },
    edit: { spec: { replicas: 5 } },
    next: { spec: { serviceName: 's', selector, template: pod(app({ image: 'i:2' })) } },
    live: { spec: { replicas: 5 } },
  },
  {
    what: 'a custom resource gets the difference of the manifests, whatever others did',
    absent: 'spec.gone',
    apiVersion: 'x.io/v1',
    kind: 'Odd',
    old: { spec: { kept: 1, changed: 1, gone: 1, list: [{ name: 'a' }] } },
    edit: { spec: { kept: 'edited', theirs: 1, list: [{ name: 'a' }, { name: 'theirs' }] } },
    next: { spec: { kept: 1, changed: 2, list: [{ name: 'a' }] } },
    live: {
      spec: {
        kept: 'edited',
        changed: 2,
        theirs: 1,
        list: [{ name: 'a' }, { name: 'theirs' }],
      },
    },
  },
];

const crd: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'odds.x.io' },
  spec: {
    group: 'x.io',
    scope: 'Namespaced',
    names: { kind: 'Odd', plural: 'odds', singular: 'odd', listKind: 'OddList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
};

const nameOf = (row: Row): string => `o${rows.indexOf(row)}`;

function filesOf(which: 'old' | 'next'): Record<string, string> {
  const objects = rows.map((row) => {
    const { apiVersion, kind } = row;
    return { apiVersion, kind, metadata: { name: nameOf(row) }, ...row[which] };
  });
  return {
    'Chart.yaml': 'apiVersion: v2\nname: demo\nversion: 0.1.0\n',
    'templates/all.yaml': objects.map((object) => `---\n${JSON.stringify(object)}\n`).join(''),
  };
}

function chart(which: 'old' | 'next'): Chart {
  const files = Object.entries(filesOf(which));
  return chartOf(files.map(([name, text]) => ({ name, data: Buffer.from(text) })));
}

let server: ApiServer;
let cluster: Cluster;

async function edit(namespace: string): Promise<void> {
  for (const row of rows) {
    if (row.edit === undefined) continue;
    const resource = await cluster.resourceOf(row.apiVersion, row.kind);
    const key = { namespace, name: nameOf(row) };
    await cluster.patch(resource!, key, row.edit, { type: 'merge', fieldManager: 'someone' });
  }
}

async function liveOf(row: Row, namespace: string): Promise<KubeObject | undefined> {
  const resource = await cluster.resourceOf(row.apiVersion, row.kind);
  return cluster.get(resource!, { namespace, name: nameOf(row) });
}

beforeAll(async () => {
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
  cluster = connect({ transport: server.transport });
  await cluster.create(kinds.CustomResourceDefinition, crd);
  while ((await cluster.resourceOf('x.io/v1', 'Odd')) === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (const name of ['ours', 'theirs']) {
    await cluster.create(kinds.Namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    });
  }
  const signal = new AbortController().signal;
  const ports: ActionPorts = { cluster, clock: systemClock, log: silentLogger, signal, render: {} };
  await installRelease(ports, { name: 'web', namespace: 'ours', chart: chart('old') });
  await edit('ours');
  await upgradeRelease(ports, { name: 'web', namespace: 'ours', chart: chart('next') });
});
afterAll(() => server.close());

describe('an upgrade', () => {
  it.each(rows)('of $kind: $what', async (row) => {
    const live = await liveOf(row, 'ours');
    expect(live).toMatchObject(row.live);
    if (row.absent !== undefined) expect(live).not.toHaveProperty(row.absent);
  });

  it.skipIf(helm === undefined)('leaves what helm leaves', { timeout: 60_000 }, async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'helm-update-'));
    const pki = await createPki({
      dir: path.join(dir, 'pki'),
      clock: systemClock,
      hosts: ['127.0.0.1'],
    });
    const listening = await server.listen({
      host: '127.0.0.1',
      port: 0,
      tls: { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem },
    });
    try {
      const url = `https://127.0.0.1:${listening.port}`;
      await writeFile(path.join(dir, 'kubeconfig'), kubeconfigText({ server: url, pki }));
      await runHelm(dir, 'install', 'old');
      await edit('theirs');
      await runHelm(dir, 'upgrade', 'next');
      for (const row of rows) {
        const [ours, theirs] = [await liveOf(row, 'ours'), await liveOf(row, 'theirs')];
        expect(comparable(ours)).toEqual(comparable(theirs));
      }
    } finally {
      await listening.close();
      await rm(dir, { recursive: true, force: true });
    }
  });
});

/** Without what differs between two namespaces and two moments. */
function comparable(object: KubeObject | undefined): unknown {
  const text = JSON.stringify(object, (key, value: unknown) =>
    /^(managedFields|resourceVersion|uid|creationTimestamp|clusterIPs?|namespace)$/.test(key)
      ? undefined
      : value,
  );
  return JSON.parse(text.replaceAll('"theirs"', '"ours"')) as unknown;
}

async function runHelm(dir: string, verb: string, which: 'old' | 'next'): Promise<void> {
  const folder = path.join(dir, which);
  for (const [name, text] of Object.entries(filesOf(which))) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const child = spawn(helm!, [verb, 'web', folder, '--namespace', 'theirs'], {
    env: { ...process.env, KUBECONFIG: path.join(dir, 'kubeconfig'), HOME: dir },
  });
  let out = '';
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(out);
}
