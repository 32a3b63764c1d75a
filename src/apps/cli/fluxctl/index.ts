/**
 * `trice fluxctl`, or the link `fluxctl`: asks and steers the sync as fluxctl 1.25 does, with its
 * flags, tables and texts. Finds the daemon's pod by its labels through the API server's proxy, or the
 * daemon at `--url`. Knows nothing that the daemon's HTTP API does not tell. Start with `flux-client.ts`.
 */
import { execute } from '../cobra/index.ts';
import type { Command } from '../cobra/index.ts';
import { install } from '../install/index.ts';
import type { Program } from '../io.ts';
import { completion } from './completion.ts';
import { globalFlags } from './flags.ts';
import { FluxApiError } from './flux-client.ts';
import { identity } from './identity.ts';
import { listImages } from './list-images.ts';
import { listWorkloads } from './list-workloads.ts';
import { policy, policyVerbs } from './policy.ts';
import { release } from './release.ts';
import { save } from './save.ts';
import { sync } from './sync.ts';
import { version } from './version.ts';

export { connectFlux, FluxApiError } from './flux-client.ts';
export type { FluxClient } from './flux-client.ts';
export { globalFlags } from './flags.ts';
export { tabulate } from './tabwriter.ts';

const commands: readonly Command[] = [
  ...policyVerbs,
  completion,
  identity,
  install,
  listImages,
  listWorkloads,
  policy,
  release,
  save,
  sync,
  version,
];

const root: Command = {
  use: 'fluxctl',
  short: 'fluxctl helps you deploy your code.',
  long: `fluxctl helps you deploy your code.

Connecting:

  # To a fluxd running in namespace "default" in your current kubectl context
  fluxctl list-workloads

  # To a fluxd running in namespace "weave" in your current kubectl context
  fluxctl --k8s-fwd-ns=weave list-workloads

  # To a Weave Cloud instance, with your instance token in $TOKEN
  fluxctl --token $TOKEN list-workloads

Workflow:
  fluxctl list-workloads                                                   # Which workloads are running?
  fluxctl list-images --workload=default:deployment/foo                    # Which images are running/available?
  fluxctl release --workload=default:deployment/foo --update-image=bar:v2  # Release new version.
`,
  persistentFlags: globalFlags,
  commands: commands.map(withApiErrors),
};

/** What the daemon says is printed under a headline, with its help, as fluxctl does. */
function withApiErrors(command: Command): Command {
  const { run } = command;
  if (run === undefined) return command;
  return {
    ...command,
    run: async (call) => {
      try {
        return await run(call);
      } catch (thrown) {
        if (!(thrown instanceof FluxApiError)) throw thrown;
        call.io.stderr.write(`== Error ==\n\n${thrown.help}\n`);
        return 1;
      }
    },
  };
}

export const program: Program = (argv, io) =>
  execute(root, argv, io, {
    onError: ({ message, path }, { stderr }) => {
      stderr.write(`Error: ${message}\n`);
      stderr.write(`Run '${path} --help' for usage.\n`);
      return 1;
    },
  });
