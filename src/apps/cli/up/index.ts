/**
 * `trice up`: starts the platform, says where everything is, and stays until Ctrl-C. Standard output
 * is for people (or one JSON object with `-o json`); the log goes to `DIR/trice.log`, and to standard
 * error with `--verbose`.
 */
import { createWriteStream } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createLogger, KnownError, messageOf, type Logger } from '../../../base/index.ts';
import { engineNames, makeFolder, nextSteps, startUp, type UpOptions } from '../../up/index.ts';
import { execute, noArgs, type Call, type Command, type Flag } from '../cobra/index.ts';
import type { CliIo, Program } from '../io.ts';
import { packageVersion } from '../package-version.ts';

const port = (name: string, fallback: number, what: string): Flag => ({
  name: `${name}-port`,
  type: 'int',
  default: String(fallback),
  usage: `port of the ${what}, 0 for any free one`,
});

const flags: readonly Flag[] = [
  {
    name: 'data',
    type: 'string',
    usage: 'folder that holds all state (default ~/.trice)',
    env: 'TRICE_DATA',
  },
  port('api', 6443, 'API server'),
  port('git', 3000, 'git server'),
  port('registry', 5000, 'image registry'),
  port('gateway', 8080, 'function gateway'),
  port('ui', 8088, 'status page'),
  { name: 'demo', type: 'bool', usage: 'push the demo repository and build its functions' },
  {
    name: 'engine',
    type: 'string',
    usage: 'run pods with `podman` or docker; without it they run only what no process can',
    env: 'TRICE_ENGINE',
  },
  {
    name: 'engine-arg',
    type: 'stringArray',
    usage: 'give the engine this `argument` for every container, e.g. --runtime=runc',
  },
  {
    name: 'output',
    shorthand: 'o',
    type: 'string',
    usage: 'print the endpoints as `json` when ready',
  },
  { name: 'verbose', shorthand: 'v', type: 'bool', usage: 'also write the log to standard error' },
];

const command: Command = {
  use: 'trice up',
  short: 'Run the whole platform on this machine',
  long: `Runs a Kubernetes-compatible cluster, a git server, an image registry and every feature of
Trice in one process, with no other cluster. Needs no container engine; podman or docker, where they are
found, run images that are no Node programs of Trice's own builder. Stops on Ctrl-C.`,
  args: noArgs,
  flags,
  run: up,
};

export const program: Program = (argv, io) => execute(command, argv, io);

function optionsOf({ flags: given, io }: Call): UpOptions {
  const home = io.env['HOME'] ?? os.homedir();
  const data = given.string('data');
  const portOf = (name: string): number => {
    const wanted = given.number(`${name}-port`);
    if (wanted >= 0 && wanted <= 65_535) return wanted;
    throw new KnownError('invalid', `--${name}-port ${wanted}: a port is a number from 0 to 65535`);
  };
  return {
    dataDir: data === '' ? path.join(home, '.trice') : path.resolve(io.cwd, data),
    apiPort: portOf('api'),
    gitPort: portOf('git'),
    registryPort: portOf('registry'),
    gatewayPort: portOf('gateway'),
    uiPort: portOf('ui'),
    isDemo: given.bool('demo'),
    ...engineOf(given),
  };
}

function engineOf(given: Call['flags']): Pick<UpOptions, 'engine' | 'engineArguments'> {
  const engineArguments = given.list('engine-arg');
  const wanted = given.string('engine');
  if (wanted === '') return { engineArguments };
  const engine = engineNames.find((each) => each === wanted);
  if (engine !== undefined) return { engine, engineArguments };
  throw new KnownError('invalid', `--engine ${wanted}: known are ${engineNames.join(' and ')}`);
}

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
