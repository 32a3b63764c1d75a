import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLogger, systemClock } from '../../../src/base/index.ts';
import {
  createApiServer,
  createPki,
  kubeconfigText,
  type ApiServer,
} from '../../../src/embedded/apiserver/index.ts';
import { simulatedDriver, startRuntime } from '../../../src/embedded/runtime/index.ts';
import { startWorkloads } from '../../../src/embedded/workloads/index.ts';
import { connect } from '../../../src/lib/kube/index.ts';

/** What a program printed and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A whole cluster in this process (server over HTTPS, control loops, one node that pretends), for programs from outside. */
export interface KubeBench {
  readonly server: ApiServer;
  /** A folder of its own, with `kubeconfig` in it. */
  readonly dir: string;
  readonly kubeconfig: string;
  /** Runs a program that finds the cluster, and nothing else of the machine's settings. */
  run(program: string, args: readonly string[], at?: RunAt): Promise<Ran>;
  close(): Promise<void>;
}

export interface RunAt {
  readonly input?: string;
  readonly cwd?: string;
}

const nodeName = 'trice';
/** What `kubectl edit` starts. */
const editor = 'sed -i s/blue/green/';

/** Starts one; `profile` as for the API server. */
export async function startKubeBench(profile: 'modern' | 'legacy' = 'modern'): Promise<KubeBench> {
  const dir = await mkdtemp(path.join(tmpdir(), 'trice-kube-'));
  const stop = new AbortController();
  const common = { clock: systemClock, log: silentLogger };
  const pki = await createPki({ dir: path.join(dir, 'pki'), clock: systemClock, hosts: [] });
  const server = await createApiServer({ storePath: ':memory:', profile, ...common });
  const tls = { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem };
  const listening = await server.listen({ host: '127.0.0.1', port: 0, tls });
  const ports = {
    ...common,
    signal: stop.signal,
    cluster: connect({ transport: server.transport }),
    nodeName,
  };
  const volumesDir = path.join(dir, 'volumes');
  const workloads = startWorkloads({ ...ports, caPem: pki.caPem, volumesDir });
  const lines = ['one', 'two', 'three'];
  const rules = [
    { image: 'talks:*', lines },
    { image: 'job:*', lines, exitAfterMs: 0, exitCode: 0 },
    { image: 'serves:*', handler: () => new Response('served\n') },
  ];
  const runtime = startRuntime({
    ...ports,
    dataDir: path.join(dir, 'node'),
    drivers: [simulatedDriver({ clock: systemClock, everything: true, rules })],
  });
  server.setPodRuntime(runtime);
  const kubeconfig = path.join(dir, 'kubeconfig');
  await writeFile(
    kubeconfig,
    kubeconfigText({ server: `https://127.0.0.1:${listening.port}`, pki }),
  );
  const environment = {
    PATH: process.env['PATH'],
    HOME: dir,
    KUBECONFIG: kubeconfig,
    KUBE_EDITOR: editor,
  };
  return {
    server,
    dir,
    kubeconfig,
    run: (program, args, at = {}) => run({ program, args, environment }, at),
    async close() {
      stop.abort();
      await Promise.all([workloads.done, runtime.done]);
      await listening.close();
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

function run({ program, args, environment }: Command, { input, cwd }: RunAt): Promise<Ran> {
  const child = spawn(program, args, { env: { ...environment }, cwd });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part: Buffer) => (out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (err += part.toString()));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** The text of a file beside the tests. */
export function readBeside(...parts: readonly string[]): Promise<string> {
  return readFile(path.join(import.meta.dirname, ...parts), 'utf8');
}
