import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { KnownError } from '../../base/index.ts';
import type { GitProgram } from './git-program.ts';

/** An object of the repository as git stores it. */
export interface GitObject {
  readonly oid: string;
  readonly type: string;
  readonly content: Buffer;
}

interface Waiting {
  readonly name: string;
  readonly resolve: (object: GitObject | undefined) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Reads objects through one long-lived `git cat-file --batch`: a question costs a line, not a
 * process. Answers come in the order of the questions. The process is started by the first question
 * and again after it ended; it does not keep the program alive by itself.
 */
export class ObjectReader {
  readonly #git: GitProgram;
  readonly #gitDir: string;
  #child: ChildProcessWithoutNullStreams | undefined;
  #waiting: Waiting[] = [];
  #chunks: Buffer[] = [];
  #bytes = 0;
  #needed = 0;

  constructor(git: GitProgram, gitDir: string) {
    this.#git = git;
    this.#gitDir = gitDir;
  }

  /** The object that a revision expression names; undefined when there is none. */
  read(name: string): Promise<GitObject | undefined> {
    if (name === '' || name.startsWith('-') || /[\u0000-\u001f]/.test(name)) {
      return Promise.resolve(undefined);
    }
    return new Promise((resolve, reject) => {
      const child = (this.#child ??= this.#start());
      this.#waiting.push({ name, resolve, reject });
      hold(child, true);
      child.stdin.write(`${name}\n`);
    });
  }

  close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      child.once('close', () => resolve());
      hold(child, true);
      child.stdin.end();
    });
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = this.#git.start({ args: ['cat-file', '--batch'], gitDir: this.#gitDir });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-500)));
    child.stdin.on('error', () => {});
    child.on('error', (error) => this.#ended(child, error.message));
    child.on('close', () => this.#ended(child, said.trim()));
    return child;
  }

  #ended(child: ChildProcessWithoutNullStreams, why: string): void {
    if (this.#child !== child) return;
    const waiting = this.#waiting;
    this.#child = undefined;
    this.#waiting = [];
    this.#chunks = [];
    this.#bytes = 0;
    this.#needed = 0;
    const error = new KnownError('failed', `git cat-file ended: ${why || 'no reason given'}`);
    for (const each of waiting) each.reject(error);
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#needed) return;
    let rest: Buffer = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    for (let used = this.#answer(rest); used > 0; used = this.#answer(rest)) {
      rest = rest.subarray(used);
    }
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
    if (this.#waiting.length === 0 && this.#child !== undefined) hold(this.#child, false);
  }

  /** Answers the oldest question when its answer is complete; gives the bytes it took, else 0. */
  #answer(bytes: Buffer): number {
    this.#needed = 0;
    const [asked] = this.#waiting;
    const end = bytes.indexOf(10);
    if (asked === undefined || end < 0) return 0;
    const line = bytes.toString('utf8', 0, end);
    const header = /^([0-9a-f]{40,64}) ([a-z]+) (\d+)$/.exec(line);
    if (header === null) {
      this.#waiting.shift();
      asked.resolve(undefined);
      return end + 1;
    }
    const [, oid = '', type = '', size = '0'] = header;
    const total = end + 1 + Number(size) + 1;
    if (bytes.length < total) {
      this.#needed = total;
      return 0;
    }
    this.#waiting.shift();
    asked.resolve({ oid, type, content: Buffer.from(bytes.subarray(end + 1, total - 1)) });
    return total;
  }
}

/** Whether the process, and the pipes to it, keep this program alive. */
function hold(child: ChildProcessWithoutNullStreams, isHeld: boolean): void {
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) {
    const { ref, unref } = handle as { ref?: () => void; unref?: () => void };
    (isHeld ? ref : unref)?.call(handle);
  }
}
