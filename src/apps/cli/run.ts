import process from 'node:process';
import { messageOf, systemClock } from '../../base/index.ts';
import { groups, multiCall } from './groups.ts';
import type { CliIo, Output } from './io.ts';
import { trice } from './trice.ts';

// The one place that reads the process: everything below takes a `CliIo`.

function output(stream: NodeJS.WriteStream): Output {
  return {
    write: (chunk) => void stream.write(chunk),
    isTTY: stream.isTTY === true,
    ...(stream.columns === undefined ? {} : { columns: stream.columns }),
  };
}

function processIo(): CliIo {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    // The second one does not wait for an orderly end.
    process.once(name, () => {
      stop.abort(new Error(name));
      process.once(name, () => process.exit(130));
    });
  }
  return {
    stdin: process.stdin,
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    signal: stop.signal,
    clock: systemClock,
    onSignal: (name, heard) => void process.on(name, heard),
  };
}

async function main(): Promise<number> {
  const name = process.env['TRICE_PROGRAM'] ?? '';
  const argv = process.argv.slice(2);
  if (multiCall.includes(name)) return (await groups[name]!.load()).program(argv, processIo());
  return trice(argv, processIo());
}

// A reader that went away (`trice … | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? 0 : 1),
);

try {
  process.exitCode = await main();
  // Idle keep-alive connections would hold the process for seconds.
  if (process.stdout.writableLength === 0) process.exit();
  process.stdout.once('drain', () => process.exit());
} catch (thrown) {
  const stack = thrown instanceof Error ? thrown.stack : undefined;
  process.stderr.write(`trice: this is a bug: ${stack ?? messageOf(thrown)}\n`);
  process.exit(70);
}
