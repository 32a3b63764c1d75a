import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import { createApiServer, createPki, kubeconfigText } from '../../../embedded/apiserver/index.ts';
import { listen } from '../../../lib/http/index.ts';
import { connect, kinds } from '../../../lib/kube/index.ts';
import type { CliIo } from '../io.ts';
import { hostAndPort } from './doors.ts';
import { flags } from './flags.ts';
import { refusedFlags } from './fluxd-flags.ts';
import { program } from './index.ts';

let dir: string;
let stop: AbortController;
let out: string;
let lines: string[];
let onLine: (line: string) => void;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'trice-operator-'));
  stop = new AbortController();
  out = '';
  lines = [];
  onLine = () => {};
});

afterEach(() => {
  stop.abort();
  rmSync(dir, { recursive: true, force: true });
});

function io(): CliIo {
  return {
    stdin: (async function* () {})(),
    stdout: { isTTY: false, write: (chunk) => void (out += String(chunk)) },
    stderr: {
      isTTY: false,
      write: (chunk) => {
        lines.push(String(chunk).trimEnd());
        onLine(String(chunk));
      },
    },
    env: { PATH: process.env['PATH'], HOME: dir },
    cwd: dir,
    signal: stop.signal,
    clock: systemClock,
  };
}

describe('flags', () => {
  it.each([
    ['--help', 0],
    ['--version', 0],
    ['--no-such-flag', 2],
    ['--git-set-author', 2],
    ['--git-verify-signatures-mode=some', 1],
    ['--connect=ftp://fluxcloud', 1],
    ['--git-path=/releases', 1],
    ['--sync-state=file', 1],
    ['--log-format=xml', 1],
    ['--git-poll-interval=0s', 1],
    ['--ssh-keygen-bits=512', 1],
    ['--kubeconfig=none', 1],
  ])('%s exits %i', async (flag, code) => {
    expect(await program(['--git-url=git@host:a/b', flag], io())).toBe(code);
    if (code !== 0) expect(lines.join('\n')).toContain('Error: ');
  });

  it.each(Object.keys(refusedFlags))('--%s is refused by its name', async (name) => {
    expect(await program([`--${name}=something`], io())).toBe(2);
    expect(lines.join('\n')).toContain(`--${name} is not supported`);
  });

  it('what a refused flag would not change is accepted', async () => {
    const asChart = ['--sops=false', '--git-verify-signatures-mode=none', '--ssh-keygen-type=rsa'];
    expect(await program([...asChart, '--version'], io())).toBe(0);
    expect(await program([...asChart, '--kubeconfig=none'], io())).toBe(1);
  });

  it('those that steered what does not exist here are accepted with a word', async () => {
    await program(['--memcached-service=', '--k8s-in-cluster', '--kubeconfig=none'], io());
    expect(lines.join('\n')).toContain('Flag --memcached-service has been deprecated, there is no');
    expect(lines.join('\n')).toContain('Flag --k8s-in-cluster has been deprecated');
  });

  it('are declared once', () => {
    const names = flags.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

it.each([
  [':3030', '0.0.0.0', 3030],
  ['127.0.0.1:80', '127.0.0.1', 80],
  ['[::1]:0', '::1', 0],
])('the address %s', (address, host, port) => {
  expect(hostAndPort(address)).toEqual({ host, port });
});

it.each(['3030', 'host', ':x', ':70000'])('the address %s is refused', (address) => {
  expect(() => hostAndPort(address)).toThrow('is no address');
});

describe('on a cluster', () => {
  it('syncs a repository read-only, answers the Flux API, and ends on a signal', async () => {
    const server = await createApiServer({
      storePath: ':memory:',
      clock: systemClock,
      log: silentLogger,
    });
    try {
      const kubeconfig = await served(server);
      const ready = lineWith('listening=');
      const running = program(
        [
          `--git-url=${repository()}`,
          '--git-readonly',
          '--git-user=nobody',
          '--listen=127.0.0.1:0',
          '--gateway-listen=127.0.0.1:0',
          '--seal-listen=127.0.0.1:0',
          '--registry-disable-scanning',
          '--manifest-generation',
          '--namespace=flux',
          `--kubeconfig=${kubeconfig}`,
        ],
        io(),
      );
      const port = /listening=(\d+)/.exec(await Promise.race([ready, running.then(failed)]))?.[1];
      await lineWith('state="secret flux/flux-git-deploy"');
      const cluster = connect({ transport: server.transport });
      const key = { namespace: 'default', name: 'generated' };
      expect(await cluster.get(kinds.ConfigMap, key)).toMatchObject({
        data: { from: 'a command' },
      });
      const at = `http://127.0.0.1:${port}`;
      const config = await fetch(`${at}/api/flux/v9/git-repo-config`, { method: 'POST', body: '' });
      expect(await config.json()).toMatchObject({ status: 'ready', remote: { branch: 'master' } });
      expect(await (await fetch(`${at}/metrics`)).text()).toContain('flux_git_ready 1');
      expect(lines.join('\n')).toContain('--git-user has no effect with --git-readonly');
      expect(lines.join('\n')).toMatch(
        /event=refreshed url=file:\/\/\S+ branch=master HEAD=[0-9a-f]{40}/,
      );
      stop.abort();
      expect(await running).toBe(0);
    } finally {
      await server.close();
    }
  });

  it('several repositories: a bad one holds up no other; what is switched off does not run', async () => {
    const how = { storePath: ':memory:', clock: systemClock, log: silentLogger };
    const server = await createApiServer(how);
    try {
      const list = path.join(dir, 'repositories.yaml');
      writeFileSync(
        list,
        `repositories:
- {name: gone, url: ${path.join(dir, 'nowhere')}}
- {name: Bad, url: x}
- {name: good, url: ${repository()}, isGenerating: true}
`,
      );
      const ended = lineWith('state="tag flux-sync"');
      const running = program(
        [
          `--repositories=${list}`,
          '--listen=127.0.0.1:0',
          '--features=sync,release',
          '--registry-disable-scanning',
          '--leader-elect=false',
          `--kubeconfig=${await served(server)}`,
        ],
        io(),
      );
      await Promise.race([ended, running.then(failed)]);
      const cluster = connect({ transport: server.transport });
      const { items } = await cluster.list(kinds.ConfigMap, { labelSelector: 'trice.dev/sync' });
      expect(items.map(({ metadata }) => metadata.name)).toContain('trice-sync-gone');
      const generated = { namespace: 'default', name: 'generated' };
      expect(await cluster.get(kinds.ConfigMap, generated)).toBeDefined();
      const said = lines.join('\n');
      expect(said).toContain('entry 2: name has a wrong value');
      expect(said).toContain('there is no such repository');
      // Neither of the others has left a trace.
      const { items: crds } = await cluster.list(kinds.CustomResourceDefinition);
      const names = crds.map(({ metadata }) => metadata.name);
      expect(names.toSorted()).toEqual([
        'fluxhelmreleases.helm.integrations.flux.weave.works',
        'helmreleases.helm.fluxcd.io',
      ]);
      expect(await cluster.get(kinds.Namespace, { name: 'openfaas' })).toBeUndefined();
      expect(await cluster.get(kinds.Lease, { namespace: 'fluxcd', name: 'trice-operator' })).toBe(
        undefined,
      );
      stop.abort();
      expect(await running).toBe(0);
    } finally {
      await server.close();
    }
  });

  it('a start that fails ends everything, and lets the Lease go', async () => {
    const how = { storePath: ':memory:', clock: systemClock, log: silentLogger };
    const server = await createApiServer(how);
    const taken = await listen({ host: '127.0.0.1', port: 0, handler: () => new Response('') });
    try {
      const argv = [
        '--listen=127.0.0.1:0',
        `--seal-listen=127.0.0.1:${taken.port}`,
        '--features=seal',
        `--kubeconfig=${await served(server)}`,
      ];
      expect(await program(argv, io())).toBe(1);
      expect(lines.join('\n')).toContain(`port ${taken.port} is already in use`);
      const cluster = connect({ transport: server.transport });
      const lease = await cluster.get(kinds.Lease, { namespace: 'fluxcd', name: 'trice-operator' });
      expect(lease).toBeUndefined();
      expect(await program([...argv, '--leader-elect=false'], io())).toBe(1);
    } finally {
      await taken.close();
      await server.close();
    }
  });

  function failed(code: number): never {
    throw new Error(`ended with ${code}:\n${lines.join('\n')}`);
  }

  async function served(server: Awaited<ReturnType<typeof createApiServer>>): Promise<string> {
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

  /** A repository whose one object is made by a command. */
  function repository(): string {
    const [bare, work] = [path.join(dir, 'repo.git'), path.join(dir, 'work')];
    mkdirSync(work);
    const git = (...args: string[]): void =>
      void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: work,
        stdio: 'pipe',
      });
    const object =
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: generated}, data: {from: a command}}';
    writeFileSync(path.join(work, 'made'), object);
    writeFileSync(
      path.join(work, '.flux.yaml'),
      'version: 1\ncommandUpdated: {generators: [{command: cat made}]}\n',
    );
    git('init', '-q', '--bare', '-b', 'master', bare);
    git('init', '-q', '-b', 'master');
    git('add', '-A');
    git('commit', '-q', '-m', 'first');
    git('push', '-q', bare, 'master');
    return bare;
  }

  function lineWith(text: string): Promise<string> {
    return new Promise((resolve) => {
      const before = onLine;
      onLine = (line) => {
        before(line);
        if (line.includes(text)) resolve(line);
      };
    });
  }
});
