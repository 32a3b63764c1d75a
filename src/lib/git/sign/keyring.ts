import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KnownError, messageOf } from '../../../base/index.ts';
import type { Environment } from '../git-program.ts';

/** Keys for signing, for checking signatures and for decrypting: a folder of GnuPG, and who may sign with SSH. */
export interface Keyring {
  /** `GNUPGHOME`: the keys that were imported, each of them trusted. */
  readonly gnupgHome: string;
  /** The gpg program: a name on PATH, or a path. */
  readonly gpgProgram: string;
  /** OpenSSH's `allowed_signers` file: whose SSH signatures count. */
  readonly allowedSignersFile?: string;
  /** Runs gpg on this keyring; a non-zero exit is a `KnownError('failed')`. */
  gpg(args: readonly string[], input?: Uint8Array | string, signal?: AbortSignal): Promise<Buffer>;
  /** Imports key text (armored or binary) and trusts it; the fingerprints of its primary keys. */
  importKeys(keys: Uint8Array | string): Promise<string[]>;
  /** Ends GnuPG's agent for this folder. */
  close(): Promise<void>;
}

export interface KeyringOptions {
  /** Folder of our own, made when absent. Its path must be short: GnuPG makes a socket in it. */
  readonly dir: string;
  /** Files with keys, or folders of such files (not deeper), as fluxd's `--git-gpg-key-import`. */
  readonly imports: readonly string[];
  /** For PATH. */
  readonly environment?: Environment;
  readonly gpgProgram?: string;
  readonly allowedSignersFile?: string;
}

// A socket's path has room for 107 bytes; the longest name that the agent puts into the folder has 21.
const longestFolder = 86;
const maxOutputBytes = 64 * 1024 * 1024;

/**
 * Opens a keyring and imports the keys that are to be in it. Throws `KnownError`s: `not-found` for a
 * key file that cannot be read or when there is no gpg program, `invalid` for one that holds no key.
 */
export async function openKeyring(options: KeyringOptions): Promise<Keyring> {
  const { dir, environment = {}, gpgProgram = 'gpg', allowedSignersFile } = options;
  if (Buffer.byteLength(dir) > longestFolder) {
    const why = `the path of the key folder ${dir} is too long for GnuPG (over ${longestFolder} bytes): choose a shorter data folder`;
    throw new KnownError('invalid', why);
  }
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
  const env = { PATH: environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' };
  const gpg: Keyring['gpg'] = (args, input, signal) =>
    runProgram({
      program: gpgProgram,
      args: ['--batch', '--no-tty', '--homedir', dir, ...args],
      env,
      ...(input === undefined ? {} : { input }),
      ...(signal === undefined ? {} : { signal }),
    });
  const keyring: Keyring = {
    gnupgHome: dir,
    gpgProgram,
    ...(allowedSignersFile === undefined ? {} : { allowedSignersFile }),
    gpg,
    importKeys: (keys) => importKeys(gpg, keys, 'the key'),
    close: async () => {
      const args = ['--homedir', dir, '--kill', 'gpg-agent'];
      await runProgram({ program: 'gpgconf', args, env }).catch(() => {});
    },
  };
  for (const file of await keyFiles(options.imports)) await importKeys(gpg, { file }, file);
  return keyring;
}

async function keyFiles(imports: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const each of imports) {
    const found = await stat(each).catch((thrown: unknown) => {
      throw new KnownError('not-found', `cannot read the GPG key ${each}: ${messageOf(thrown)}`);
    });
    if (!found.isDirectory()) files.push(each);
    else {
      const entries = await readdir(each, { withFileTypes: true });
      // A mounted Secret is a folder of links into hidden folders.
      const names = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('..'));
      files.push(...names.map((entry) => join(each, entry.name)).toSorted());
    }
  }
  return files;
}

type Gpg = Keyring['gpg'];

async function importKeys(
  gpg: Gpg,
  keys: Uint8Array | string | { readonly file: string },
  name: string,
): Promise<string[]> {
  const isFile = typeof keys === 'object' && 'file' in keys;
  const args = ['--status-fd', '1', '--import', ...(isFile ? ['--', keys.file] : [])];
  const status = await gpg(args, isFile ? undefined : keys).catch((thrown: unknown) => {
    throw new KnownError('invalid', `${name} holds no usable GPG key: ${messageOf(thrown)}`);
  });
  const lines = status.toString('utf8').matchAll(/^\[GNUPG:\] IMPORT_OK \d+ ([0-9A-F]+)$/gm);
  const fingerprints = [...new Set([...lines].map(([, fingerprint = '']) => fingerprint))];
  if (fingerprints.length === 0) throw new KnownError('invalid', `${name} holds no GPG key`);
  // 6 is "ultimate": whoever put the key there trusts it, and nobody is there to be asked.
  const trust = fingerprints.map((fingerprint) => `${fingerprint}:6:\n`).join('');
  await gpg(['--import-ownertrust'], trust);
  return fingerprints;
}

interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input?: Uint8Array | string;
  readonly signal?: AbortSignal;
}

/** Runs a program to its end, without a shell; its standard output. */
export function runProgram(call: ProgramCall): Promise<Buffer> {
  const { program, args, env, input, signal } = call;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(signal === undefined ? {} : { signal }),
    });
    const output: Buffer[] = [];
    let bytes = 0;
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxOutputBytes) output.push(chunk);
      else child.kill('SIGKILL');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (errors.length < 16_384) errors += chunk.toString('utf8');
    });
    child.stdin.on('error', () => {});
    child.on('error', (error: NodeJS.ErrnoException) => reject(startError(program, error)));
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new KnownError('failed', `${program} failed: ${reasonIn(errors)}`));
    });
    child.stdin.end(input);
  });
}

function startError(program: string, error: NodeJS.ErrnoException): Error {
  if (error.name === 'AbortError') return error;
  if (error.code !== 'ENOENT')
    return new KnownError('failed', `cannot start ${program}: ${messageOf(error)}`);
  return new KnownError('not-found', `the program ${program} was not found on PATH; install it`);
}

/** The last lines that gpg wrote, on one line. */
function reasonIn(errors: string): string {
  const lines = errors.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-3).join('; ') || 'no reason given';
}
