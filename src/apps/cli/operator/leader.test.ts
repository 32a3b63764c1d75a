import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import { createApiServer, createPki, kubeconfigText } from '../../../embedded/apiserver/index.ts';
import type { ApiServer } from '../../../embedded/apiserver/index.ts';
import { connect, kinds } from '../../../lib/kube/index.ts';

const trice = fileURLToPath(new URL('../main.ts', import.meta.url));

let dir: string;
let server: ApiServer;
let children: ChildProcess[];

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-leader-'));
  children = [];
  server = await createApiServer({ storePath: ':memory:', clock: systemClock, log: silentLogger });
});

afterEach(async () => {
  for (const each of children) each.kill('SIGKILL');
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A process of its own, so that it can be killed as processes are. */
class Operator {
  readonly #child: ChildProcess;
  readonly #waiting: Array<{ text: RegExp; found: () => void }> = [];
  log = '';

  constructor(name: string, host: string, argv: readonly string[]) {
    const home = path.join(dir, name);
    mkdirSync(home);
    this.#child = spawn(process.execPath, [trice, 'operator', ...argv], {
      env: { PATH: process.env['PATH'], HOME: home, POD_NAME: name, POD_IP: host },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.push(this.#child);
    this.#child.stderr!.on('data', (chunk: Buffer) => {
      this.log += chunk.toString('utf8');
      for (const { text, found } of this.#waiting) if (text.test(this.log)) found();
    });
  }

  said(text: RegExp): Promise<void> {
    if (text.test(this.log)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, found: resolve });
      this.#child.on('exit', (code) => reject(new Error(`ended with ${code}:\n${this.log}`)));
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

// Two hosts on one machine: only Linux has the whole of 127.0.0.0/8.
it.skipIf(process.platform !== 'linux')(
  'of two operators one works; when it is killed the other takes over',
  { timeout: 60_000 },
  async () => {
    const push = repository();
    const kubeconfig = await served();
    const port = await freePort();
    const start = (name: string, host: string): Operator =>
      new Operator(name, host, [
        `--git-url=${path.join(dir, 'repo.git')}`,
        '--git-poll-interval=300ms',
        `--kubeconfig=${kubeconfig}`,
        '--namespace=flux',
        `--listen=${host}:${port}`,
        '--features=sync',
        '--registry-disable-scanning',
        '--leader-elect-lease-duration=4s',
        '--leader-elect-renew-deadline=3s',
        '--leader-elect-retry-period=200ms',
      ]);
    const first = start('first', '127.0.0.2');
    await first.said(/info=ready/);
    const second = start('second', '127.0.0.3');
    await second.said(/leader=first_/);
    const revision = push('one');
    await first.said(moved(revision));
    expect(second.log).not.toContain('info=leading');

    // Whoever is asked, the leader answers; each tells its own metrics and health.
    const get = async (host: string, what: string) =>
      (await fetch(`http://${host}:${port}${what}`)).text();
    const version = await get('127.0.0.2', '/api/flux/v11/version');
    expect(await get('127.0.0.3', '/api/flux/v11/version')).toBe(version);
    expect(await get('127.0.0.2', '/metrics')).toContain('trice_operator_leading 1');
    expect(await get('127.0.0.3', '/metrics')).toContain('trice_operator_leading 0');
    expect(await get('127.0.0.3', '/healthz')).toBe('OK');

    first.kill();
    const killedMs = Date.now();
    await second.said(/info=leading/);
    expect(Date.now() - killedMs).toBeLessThan(4000 + 2000);
    await second.said(/info=ready/);
    const next = push('two');
    await second.said(moved(next));
    const cluster = connect({ transport: server.transport });
    const map = await cluster.get(kinds.ConfigMap, { namespace: 'default', name: 'two' });
    expect(map).toBeDefined();
    // No work was done twice, and no news told twice.
    expect(second.log).toContain('default:configmap/one unchanged');
    expect(second.log).not.toContain(`event="Sync: ${revision.slice(0, 7)}`);
    const lease = await cluster.get(kinds.Lease, { namespace: 'flux', name: 'trice-operator' });
    expect(lease).toMatchObject({ spec: { leaseTransitions: 1 } });
  },
);

/** The line that tells that the sync tag was moved to a revision: it is applied. */
function moved(revision: string): RegExp {
  return new RegExp(`state="tag flux-sync" old=\\S* new=${revision}`);
}

async function served(): Promise<string> {
  const pki = await createPki({ dir, clock: systemClock, hosts: [] });
  const { port } = await server.listen({
    host: '127.0.0.1',
    port: 0,
    tls: { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem },
  });
  const file = path.join(dir, 'kubeconfig');
  writeFileSync(file, kubeconfigText({ server: `https://127.0.0.1:${port}`, pki }));
  return file;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.2', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** An empty repository; each push adds a ConfigMap of that name. */
function repository(): (name: string) => string {
  const [bare, work] = [path.join(dir, 'repo.git'), path.join(dir, 'work')];
  mkdirSync(work);
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: work,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
      .toString()
      .trim();
  git('init', '-q', '--bare', '-b', 'master', bare);
  git('init', '-q', '-b', 'master');
  const push = (name: string): string => {
    const object = `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}}`;
    writeFileSync(path.join(work, `${name}.yaml`), object);
    git('add', '-A');
    git('commit', '-q', '-m', name);
    git('push', '-q', bare, 'master');
    return git('rev-parse', 'HEAD');
  };
  push('zero');
  return push;
}
