import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import {
  createApiServer,
  createPki,
  kubeconfigText,
  type ApiServer,
} from '../../../embedded/apiserver/index.ts';
import { connect, kinds, type Cluster } from '../../../lib/kube/index.ts';
import type { CliIo } from '../io.ts';
import { trice } from '../trice.ts';

// The lines of published guides that install Flux and its Helm Operator, word for word, with our chart
// in place of theirs; then the lines that use what was installed.
const chart = fileURLToPath(new URL('../../../../charts/trice', import.meta.url));
const ours: Readonly<Record<string, string>> = {
  'fluxcd/flux': chart,
  'fluxcd/helm-operator': chart,
};

const openfaas = `helm upgrade -i flux fluxcd/flux --wait \\
--namespace fluxcd \\
--set git.url=git@github.com:stefanprodan/openfaas-flux`;
const helmOperator = `helm upgrade -i helm-operator fluxcd/helm-operator --wait \\
--namespace fluxcd \\
--set git.ssh.secretName=flux-git-deploy \\
--set helm.versions=v3`;
const jenkins = `helm upgrade -i flux fluxcd/flux \\
   --values values.yaml \\
   --namespace flux`;
const jenkinsOperator = `helm upgrade -i helm-operator fluxcd/helm-operator \\
  --set git.ssh.secretName=flux-git-deploy \\
  --set helm.versions=v3 \\
  --namespace flux`;
const jenkinsValues = `image:
  tag: 1.19.0

git:
  url: git@github.com:me/gitops
  path: releases/staging
  readonly: true
  pollInterval: 5s

registry:
  disableScanning: true

memcached:
  enabled: false

manifestGeneration: true
`;

let dir: string;
let server: ApiServer;
let cluster: Cluster;
const stop = new AbortController();

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-guides-'));
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
  cluster = connect({ transport: server.transport });
  const pki = await createPki({ dir, clock: systemClock, hosts: [] });
  const { port } = await server.listen({
    host: '127.0.0.1',
    port: 0,
    tls: { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem },
  });
  writeFileSync(
    path.join(dir, 'kubeconfig'),
    kubeconfigText({ server: `https://127.0.0.1:${port}`, pki }),
  );
  writeFileSync(path.join(dir, 'values.yaml'), jenkinsValues);
  for (const name of ['fluxcd', 'flux']) {
    await cluster.create(kinds.Namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    });
  }
});

afterAll(async () => {
  stop.abort();
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const lines: string[] = [];
let onLog = (): void => {};

async function run(line: string): Promise<{ code: number; out: string; err: string }> {
  // Nothing runs pods here: nothing is waited for.
  const words = line
    .split(/\s*\\?\n\s*|\s+/)
    .filter((word) => word !== '--wait')
    .map((word) => ours[word] ?? word);
  let [out, err] = ['', ''];
  const io: CliIo = {
    stdin: (async function* () {})(),
    stdout: { isTTY: false, write: (chunk) => void (out += String(chunk)) },
    stderr: {
      isTTY: false,
      write: (chunk) => {
        err += String(chunk);
        lines.push(...String(chunk).split('\n'));
        onLog();
      },
    },
    env: { PATH: process.env['PATH'], HOME: dir, KUBECONFIG: path.join(dir, 'kubeconfig') },
    cwd: dir,
    signal: stop.signal,
    clock: systemClock,
  };
  return { code: await trice(words, io), out, err };
}

async function deployment(namespace: string, name: string) {
  const found = await cluster.get(kinds.Deployment, { namespace, name });
  const spec = (found?.['spec'] ?? {}) as {
    replicas: number;
    template: { spec: { containers: Array<{ name: string; args: string[]; image: string }> } };
  };
  const container = spec.template.spec.containers.find((each) => each.name === 'flux')!;
  return { replicas: spec.replicas, args: container.args, image: container.image };
}

it('guides 4 and 5: values from a file', { timeout: 60_000 }, async () => {
  expect(await run(jenkins)).toMatchObject({ code: 0 });
  const readOnly = await deployment('flux', 'flux');
  expect(readOnly.args).toEqual(
    expect.arrayContaining([
      '--git-path=releases/staging',
      '--git-readonly',
      '--git-poll-interval=5s',
      '--registry-disable-scanning',
      '--manifest-generation=true',
    ]),
  );
  // The tag of the guide is one of fluxd's image.
  expect(readOnly.image).toMatch(/^trice:(?!1\.19\.0)/);
  expect(await run(jenkinsOperator)).toMatchObject({ code: 0 });
  for (const name of ['helm-operator', 'flux']) {
    expect(await run(`helm uninstall ${name} --namespace flux`)).toMatchObject({ code: 0 });
  }
});

it('guide 1: the charts of Flux and of the Helm Operator', { timeout: 60_000 }, async () => {
  expect(await run(openfaas)).toMatchObject({ code: 0 });
  const flux = await deployment('fluxcd', 'flux');
  expect(flux.replicas).toBe(1);
  expect(flux.args).toContain('--git-url=git@github.com:stefanprodan/openfaas-flux');
  expect(flux.args).toContain('--features=sync,release,seal,function');
  // The first looks after HelmReleases already: the second does nothing twice.
  expect(await run(helmOperator)).toMatchObject({ code: 0 });
  expect((await deployment('fluxcd', 'helm-operator-trice')).replicas).toBe(0);
  // Again, as a person does it: nothing changes hands.
  expect(await run(openfaas)).toMatchObject({ code: 0 });
  expect((await deployment('fluxcd', 'flux')).args).toEqual(flux.args);
});

it('what was installed runs, and fluxctl finds it', { timeout: 60_000 }, async () => {
  const { args } = await deployment('fluxcd', 'flux');
  const listening = new Promise<string>((resolve) => {
    onLog = () => {
      const found = lines.map((line) => /listening=(\d+)/.exec(line)?.[1]).find(Boolean);
      if (found !== undefined) resolve(found);
    };
  });
  // Where it would be in a pod: other ports, a folder of its own, a repository that is there.
  const own = [
    '--listen=127.0.0.1:0',
    '--gateway-listen=127.0.0.1:0',
    '--seal-listen=127.0.0.1:0',
    `--data-dir=${dir}/data`,
    `--git-url=${repository()}`,
  ];
  const named = (flag: string): string => flag.slice(0, flag.indexOf('='));
  const kept = args.slice(1).filter((arg) => !own.some((flag) => named(flag) === named(arg)));
  // Words with blanks in them stay whole.
  const running = run(['operator', ...kept.filter((arg) => !arg.includes(' ')), ...own].join('\n'));
  const port = await Promise.race([
    listening,
    running.then(({ err }) => Promise.reject(new Error(err))),
  ]);
  await announce(Number(port));
  const identity = await run('fluxctl identity --k8s-fwd-ns fluxcd');
  expect([identity.code, identity.out]).toEqual([0, expect.stringMatching(/^ssh-rsa AAAA/)]);
  // kubectl -n flux logs deployment/flux | grep identity.pub | cut -d '"' -f2
  const logged = lines.find((line) => line.includes('identity.pub'))?.split('"')[1];
  expect(`${logged}\n`).toBe(identity.out);
  const synced = await run('fluxctl sync --k8s-fwd-ns fluxcd');
  expect([synced.code, synced.err.split('\n').at(-2)]).toEqual([0, 'Done.']);
  expect(await cluster.get(kinds.ConfigMap, { namespace: 'default', name: 'one' })).toBeDefined();
  stop.abort();
  expect((await running).code).toBe(0);
});

/** The Service of the chart, led to this process. */
async function announce(port: number): Promise<void> {
  const metadata = { namespace: 'fluxcd', name: 'flux' };
  await cluster.patch(
    kinds.Service,
    metadata,
    { spec: { selector: null, ports: [{ name: 'http', port: 3030, targetPort: port }] } },
    { type: 'merge' },
  );
  const subsets = [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'http', port }] }];
  const endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets };
  await cluster.apply(kinds.Endpoints, endpoints, { fieldManager: 'test', force: true });
}

function repository(): string {
  const [bare, work] = [path.join(dir, 'repo.git'), path.join(dir, 'work')];
  mkdirSync(work);
  const git = (...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: work,
      stdio: 'pipe',
    });
  writeFileSync(
    path.join(work, 'one.yaml'),
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: one}}',
  );
  git('init', '-q', '--bare', '-b', 'master', bare);
  git('init', '-q', '-b', 'master');
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
  git('push', '-q', bare, 'master');
  return bare;
}
