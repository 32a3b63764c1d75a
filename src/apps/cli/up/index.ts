/**
 * `trice up`: starts the platform, says where everything is, and stays until Ctrl-C. Standard output
 * is for people (or one JSON object with `-o json`); the log goes to `DIR/trice.log`, and to standard
 * error with `--verbose`.
 */
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { createLogger, KnownError, messageOf, type Logger } from '../../../base/index.ts';
import { makeFolder, nextSteps, startUp } from '../../up/index.ts';
import { execute, noArgs, type Call, type Command } from '../cobra/index.ts';
import type { CliIo, Program } from '../io.ts';
import { packageVersion } from '../package-version.ts';
import { flags } from './flags.ts';
import { optionsOf } from './options-of.ts';

const command: Command = {
  use: 'trice up',
  short: 'Run the whole platform on this machine',
  long: `Runs a Kubernetes-compatible cluster, a git server, an image registry and every feature of
Trice in one process, with no other cluster. Needs no container engine; podman or docker, where they are
found, run images that are no Node programs of Trice's own builder. Stops on Ctrl-C.

A plain API server with the controllers of a cluster, for test suites and for tools that bring the rest:

  trice up --features=off --workloads=off --node=none`,
  args: noArgs,
  flags,
  run: up,
};

export const program: Program = (argv, io) => execute(command, argv, io);

async function up(call: Call): Promise<void> {
  const { io } = call;
  const options = optionsOf(call);
  const format = call.flags.string('output');
  if (format !== '' && format !== 'json') {
    throw new KnownError('invalid', `unknown output format "${format}", try json`);
  }
  const log = await openLog(io, options.dataDir, call.flags.bool('verbose'));
  const platform = await startUp(options, {
    clock: io.clock,
    log,
    environment: io.env,
    pid: process.pid,
    version: await packageVersion(),
    progress: (text) => io.stderr.isTTY && io.stderr.write(`${text}\n`),
    signal: io.signal,
  });
  io.stdout.write(
    format === 'json' ? `${JSON.stringify(platform.up)}\n` : nextSteps(platform.up, options.isDemo),
  );
  await new Promise<void>((resolve) =>
    io.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  if (io.stderr.isTTY) io.stderr.write('stopping …\n');
  await platform.stop();
}

/** The log's file is made before anything else, so that its folder is known to be writable. */
async function openLog(io: CliIo, dataDir: string, isVerbose: boolean): Promise<Logger> {
  try {
    await makeFolder(dataDir);
  } catch (thrown) {
    throw new KnownError(
      'denied',
      `cannot write to ${dataDir} (${messageOf(thrown)}): give another folder with --data DIR`,
    );
  }
  const file = createWriteStream(path.join(dataDir, 'trice.log'), { flags: 'a', mode: 0o600 });
  file.on('error', (error) => io.stderr.write(`trice.log: ${error.message}\n`));
  const write = (line: string): void => {
    file.write(`${line}\n`);
    if (isVerbose) io.stderr.write(`${line}\n`);
  };
  return createLogger({ clock: io.clock, write });
}
