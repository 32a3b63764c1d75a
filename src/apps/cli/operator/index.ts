/**
 * `trice operator`: every feature on a cluster that is already there, from inside (service account) or
 * with a kubeconfig, steered by the flags of fluxd, the Helm Operator and the Sealed Secrets controller.
 * Serves their APIs and metrics, the function gateway and webhooks, and stays until a signal; of several
 * one works, the others wait. Refuses by name what it cannot do yet. Start with `options.ts` (what the
 * flags mean), then `run-operator.ts`.
 */
import { KnownError } from '../../../base/index.ts';
import { execute, noArgs, type Call, type Command } from '../cobra/index.ts';
import type { Program } from '../io.ts';
import { packageVersion } from '../package-version.ts';
import { flags } from './flags.ts';
import { helpText } from './help-text.ts';
import { optionsOf } from './options.ts';
import { runOperator } from './run-operator.ts';

const command: Command = {
  use: 'trice operator',
  short: 'Keep a cluster at what git says',
  long: `Runs the sync, Helm releases, image automation, sealed secrets and functions
on a cluster, with the flags of fluxd, of the Helm Operator and of the Sealed
Secrets controller.

Where two of those have a flag of the same name, it is fluxd's; the others' are
written --helm-NAME and --seal-NAME, which is allowed for all of them. Flags may
also come from the environment: TRICE_OPERATOR_GIT_URL is --git-url; those of
sealed secrets keep their names, e.g. SEALED_SECRETS_KEY_RENEW_PERIOD.`,
  args: noArgs,
  flags,
  run: operator,
};

async function operator(call: Call): Promise<void> {
  if (call.flags.bool('version')) {
    call.io.stdout.write(`${await packageVersion()}\n`);
    return;
  }
  await runOperator(call, optionsOf(call.flags, call.io.env['HELM_VERSION']));
}

/** Exit codes are fluxd's: 2 for flags that are unknown or refused, 1 for wrong values and failed starts. */
export const program: Program = async (argv, io) => {
  if (argv.some((word) => word === '--help' || word === '-h')) {
    io.stdout.write(helpText(command.long ?? ''));
    return 0;
  }
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
