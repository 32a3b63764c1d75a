/**
 * `trice operator`: every feature on a cluster that is already there, from inside (service account) or
 * with a kubeconfig, steered by fluxd's flags. Serves the Flux API and metrics, the function gateway and
 * the Sealed Secrets API, and stays until a signal. Refuses by name what it cannot do yet. Start with
 * `options.ts` (what the flags mean), then `run-operator.ts`.
 */
import { KnownError } from '../../../base/index.ts';
import { execute, noArgs, type Call, type Command } from '../cobra/index.ts';
import type { Program } from '../io.ts';
import { packageVersion } from '../package-version.ts';
import { flags } from './flags.ts';
import { optionsOf } from './options.ts';
import { runOperator } from './run-operator.ts';

const command: Command = {
  use: 'trice operator',
  short: 'Keep a cluster at what git says',
  long: `Runs the sync, Helm releases, image automation, sealed secrets and functions on a cluster,
with the flags of fluxd.`,
  args: noArgs,
  flags,
  run: operator,
};

async function operator(call: Call): Promise<void> {
  if (call.flags.bool('version')) {
    call.io.stdout.write(`${await packageVersion()}\n`);
    return;
  }
  await runOperator(call, optionsOf(call.flags));
}

/** Exit codes are fluxd's: 2 for flags that are unknown or refused, 1 for wrong values and failed starts. */
export const program: Program = async (argv, io) => {
  try {
    return await execute(command, argv, io, {
      onError: ({ message, isUsage }) => {
        io.stderr.write(`Error: ${message}\n`);
        return isUsage ? 2 : 1;
      },
    });
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    io.stderr.write(`Error: ${thrown.message}\n`);
    return 1;
  }
};
