import type { Clock } from '../../base/index.ts';

/** Where a program writes. `columns` is the width of the terminal, when it is one. */
export interface Output {
  write(chunk: string | Uint8Array): void;
  readonly isTTY: boolean;
  readonly columns?: number;
}

/** All that a program of the command line may touch of its process; tests pass their own. */
export interface CliIo {
  readonly stdin: AsyncIterable<Uint8Array> & {
    readonly isTTY?: boolean;
    /** On a terminal: hand over each key at once, unseen. */
    readonly setRawMode?: (isRaw: boolean) => unknown;
  };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Calls back at each signal of this name that the process gets. */
  readonly onSignal?: (name: 'SIGUSR1', heard: () => void) => void;
}

/** A program of the multi-call binary: arguments without its own name, exit code as result. */
export type Program = (argv: readonly string[], io: CliIo) => Promise<number>;

/** Everything on standard input. */
export async function readAll(stdin: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}
