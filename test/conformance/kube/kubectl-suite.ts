import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const trice = path.resolve(import.meta.dirname, '../../../bin/trice');
const script = path.join(import.meta.dirname, 'run-function.sh');

/** Kubernetes' sources and the kubectl that fits them. */
export interface Sources {
  /** The folder that holds `test/cmd` and `hack`; files are written below it, as their scripts do. */
  readonly root: string;
  readonly kubectl: string;
  readonly profile: 'modern' | 'legacy';
}

/** The functions that the suite runs, in its order. */
export function functionsOf(root: string): string[] {
  const text = readFileSync(path.join(root, 'test/cmd/legacy-script.sh'), 'utf8');
  return [...new Set(text.match(/(?<=^\s*record_command )run_\w+/gm) ?? [])];
}

/** Runs one function on a server of its own; the log when it failed, nothing when it passed. */
export async function runFunction(
  sources: Sources,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  const dir = mkdtempSync(path.join(tmpdir(), 'trice-suite-'));
  mkdirSync(path.join(dir, 'bin'));
  mkdirSync(path.join(dir, 'home'));
  symlinkSync(sources.kubectl, path.join(dir, 'bin', 'kubectl'));
  const server = spawn(trice, serverFlags(sources, dir), { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const port = await portOf(server);
    // Some functions want the server's certificate where a real one leaves it.
    symlinkSync(path.join(dir, 'data', 'pki', 'server.crt'), path.join(dir, 'apiserver.crt'));
    const environment = {
      PATH: process.env['PATH'],
      TERM: 'xterm',
      SOURCES: sources.root,
      FUNCTION: name,
      SECURE_API_PORT: String(port),
      WORK: dir,
    };
    // A group of its own: proxies that a failed function leaves behind end with it.
    const child = spawn('bash', [script], { env: environment, detached: true });
    return await logOf(child, signal);
  } finally {
    await ended(server);
    rmSync(dir, { recursive: true, force: true });
  }
}

function serverFlags({ root, profile }: Sources, dir: string): string[] {
  const testdata = path.join(root, 'hack/testdata');
  const authority = profile === 'legacy' ? 'ca.crt' : 'ca/ca.crt';
  return [
    'up',
    '--data',
    path.join(dir, 'data'),
    ...['api', 'git', 'registry', 'gateway', 'ui'].flatMap((each) => [`--${each}-port`, '0']),
    `--profile=${profile}`,
    '--features=off',
    '--workloads=off',
    '--node=none',
    '--service-account-admission=off',
    '--service-cidr=10.0.0.0/24',
    `--token-auth-file=${path.join(testdata, 'auth-tokens.csv')}`,
    `--client-ca-file=${path.join(testdata, authority)}`,
    '-o',
    'json',
  ];
}

/** Waits for the JSON that a started server prints. */
function portOf(server: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout?.on('data', (part: Buffer) => {
      text += part.toString();
      const [, port] = /https:\/\/127\.0\.0\.1:(\d+)/.exec(text) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
    server.on('close', (code) => reject(new Error(`trice up ended with ${code}: ${text}`)));
  });
}

function ended(child: ChildProcess): Promise<void> {
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return child.kill() ? closed : Promise.resolve();
}

function logOf(child: ChildProcess, signal: AbortSignal): Promise<string> {
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (part: Buffer) => (log += part.toString()));
  const endGroup = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid);
  };
  signal.addEventListener('abort', endGroup);
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      signal.removeEventListener('abort', endGroup);
      resolve(code === 0 ? '' : log);
    });
  });
}
