import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLogger, systemClock } from '../../../base/index.ts';
import { createPki } from '../pki/pki.ts';
import { kubeconfigText } from '../pki/kubeconfig.ts';
import { createApiServer, type ApiServer } from '../server.ts';

/** What a command printed and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A listening server and a real kubectl that is pointed at it. */
export interface KubectlBench {
  readonly server: ApiServer;
  run(args: readonly string[], input?: string): Promise<Ran>;
  /** Starts one that goes on (`-w`); `lines` grows as it prints. */
  start(args: readonly string[]): {
    readonly child: ChildProcess;
    readonly lines: string[];
    until(test: (lines: string[]) => boolean): Promise<void>;
  };
  close(): Promise<void>;
}

/** Starts both; the server's certificates and kubectl's caches live in a folder of their own. */
export async function startKubectlBench(program: string): Promise<KubectlBench> {
  const dir = mkdtempSync(path.join(tmpdir(), 'trice-kubectl-'));
  const pki = await createPki({ dir: path.join(dir, 'pki'), clock: systemClock, hosts: [] });
  const server = await createApiServer({
    storePath: ':memory:',
    clock: systemClock,
    log: silentLogger,
  });
  const tls = { cert: pki.serverCertPem, key: pki.serverKeyPem, ca: pki.caPem };
  const listening = await server.listen({ host: '127.0.0.1', port: 0, tls });
  const kubeconfig = path.join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText({ server: `https://127.0.0.1:${listening.port}`, pki }));
  const own = ['--kubeconfig', kubeconfig, '--cache-dir', path.join(dir, 'cache')];
  const children = new Set<ChildProcess>();
  return {
    server,
    run: (args, input) => run(program, [...own, ...args], input),
    start(args) {
      const child = spawn(program, [...own, ...args]);
      children.add(child);
      const lines: string[] = [];
      // A row may come in pieces.
      let rest = '';
      child.stdout.on('data', (part: Buffer) => {
        const whole = (rest + part.toString()).split('\n');
        rest = whole.pop()!;
        lines.push(...whole.filter(Boolean));
      });
      const until = async (test: (lines: string[]) => boolean): Promise<void> => {
        while (!test(lines)) await new Promise((resolve) => child.stdout.once('data', resolve));
      };
      return { child, lines, until };
    },
    async close() {
      for (const child of children) child.kill();
      await listening.close();
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function run(program: string, args: readonly string[], input: string | undefined): Promise<Ran> {
  const child = spawn(program, args);
  let [out, err] = ['', ''];
  child.stdout.on('data', (part: Buffer) => (out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (err += part.toString()));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
