// The foreign kubeseal (where it is on the PATH) and ours, against our controller behind our API
// server's service proxy: what one seals the other and the controller open.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealedSecretCrd, sealedSecretKind } from '../../../src/api/sealed-secret/index.ts';
import { silentLogger, systemClock } from '../../../src/base/index.ts';
import type { KubeObject } from '../../../src/base/index.ts';
import {
  createApiServer,
  createPki,
  kubeconfigText,
} from '../../../src/embedded/apiserver/index.ts';
import { startSeal } from '../../../src/features/seal/index.ts';
import { listen } from '../../../src/lib/http/index.ts';
import { connect, kinds } from '../../../src/lib/kube/index.ts';
import type { Cluster } from '../../../src/lib/kube/index.ts';
import { parse } from '../../../src/lib/yaml/index.ts';
import { findProgram } from '../../programs.ts';

const theirs = findProgram('kubeseal');
const main = path.resolve(import.meta.dirname, '../../../src/apps/cli/main.ts');
const programs = [
  { name: 'ours', command: [process.execPath, main, 'kubeseal'], isThere: true },
  {
    name: 'the original (needs kubeseal)',
    command: [theirs ?? ''],
    isThere: theirs !== undefined,
  },
];
const namespace = 'kube-system';
const secret = `apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: dev
stringData:
  user: admin
  password: s3cr3t
`;

let cwd: string;
let cluster: Cluster;
const closing: Array<() => unknown> = [];

beforeAll(async () => {
  cwd = await mkdtemp(path.join(os.tmpdir(), 'trice-kubeseal-'));
  const clock = systemClock;
  const api = await createApiServer({ storePath: ':memory:', clock, log: silentLogger });
  const pki = await createPki({ dir: path.join(cwd, 'pki'), clock, hosts: [] });
  const tls = { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem };
  const { port } = await api.listen({ host: '127.0.0.1', port: 0, tls });
  await writeFile(
    path.join(cwd, 'kubeconfig'),
    kubeconfigText({ server: `https://127.0.0.1:${port}`, pki }),
  );
  cluster = connect({ transport: api.transport });
  await cluster.create(kinds.CustomResourceDefinition, sealedSecretCrd);
  await cluster.create(kinds.Namespace, namespaceOf('dev'));
  const stop = new AbortController();
  const settings = { keySizeBits: 2048, rateLimit: 1000, rateLimitBurst: 1000 };
  const seal = startSeal({ cluster, clock, log: silentLogger, signal: stop.signal, settings });
  const http = await listen({ host: '127.0.0.1', port: 0, handler: seal.handle });
  await exposeController(http.port);
  closing.push(
    () => stop.abort(),
    () => http.close(),
    () => api.close(),
  );
});

afterAll(async () => {
  for (const close of closing) await close();
  await rm(cwd, { recursive: true });
});

function namespaceOf(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** The Service that kubeseal looks for, without a pod behind it. */
async function exposeController(port: number): Promise<void> {
  const metadata = { name: 'sealed-secrets-controller', namespace };
  await cluster.create(kinds.Service, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { clusterIP: 'None', ports: [{ name: 'http', port: 8080, targetPort: port }] },
  });
  await cluster.create(kinds.Endpoints, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata,
    subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'http', port }] }],
  });
}

interface Ran {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

function run(command: readonly string[], args: string, input = ''): Promise<Ran> {
  const [program = '', ...first] = command;
  return new Promise((resolve) => {
    const env = { ...process.env, KUBECONFIG: path.join(cwd, 'kubeconfig'), HOME: cwd };
    const all = [...first, ...args.split(' ').filter(Boolean)];
    const child = execFile(program, all, { cwd, env }, (error, out, err) => {
      resolve({ out, err, code: error === null ? 0 : Number(error.code) });
    });
    child.stdin?.end(input);
  });
}

async function openedInCluster(sealed: string): Promise<Record<string, string>> {
  const object = parse(sealed) as KubeObject;
  const key = { namespace: 'dev', name: object.metadata.name };
  await cluster.create(sealedSecretKind, object as never);
  try {
    for (let round = 0; round < 500; round += 1) {
      const made = await cluster.get(kinds.Secret, key);
      const data = (made?.['data'] ?? {}) as Record<string, string>;
      if (made !== undefined) {
        return Object.fromEntries(
          Object.entries(data).map(([item, value]) => [
            item,
            Buffer.from(value, 'base64').toString(),
          ]),
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('the Secret did not come');
  } finally {
    await cluster.delete(sealedSecretKind, key);
    await cluster.delete(kinds.Secret, key);
  }
}

describe.each(programs)('$name', ({ command, isThere }) => {
  it.skipIf(!isThere)('fetches the certificate through the service proxy', async () => {
    const { out, code } = await run(command, '--fetch-cert');
    expect([out.split('\n')[0], code]).toEqual(['-----BEGIN CERTIFICATE-----', 0]);
  });

  it.skipIf(!isThere)('seals what the controller opens', async () => {
    const { out } = await run(command, '-o yaml', secret);
    expect(await openedInCluster(out)).toEqual({ user: 'admin', password: 's3cr3t' });
  });

  it.skipIf(!isThere)('validates, and says what does not open', async () => {
    const { out } = await run(command, '-o yaml', secret);
    expect(await run(command, '--validate', out)).toMatchObject({ code: 0, err: '' });
    const moved = out.replaceAll('name: db', 'name: moved');
    expect(await run(command, '--validate', moved)).toMatchObject({
      code: 1,
      err: 'error: unable to decrypt sealed secret: moved\n',
    });
  });

  it.skipIf(!isThere)('re-encrypts through the controller', async () => {
    const { out } = await run(command, '-o yaml', secret);
    const again = await run(command, '--re-encrypt -o yaml', out);
    expect(again.out).not.toBe(out);
    expect(await openedInCluster(again.out)).toEqual({ user: 'admin', password: 's3cr3t' });
  });
});
