import type { Command } from '../../cobra/index.ts';
import { envsubstFlag, gatewayFlags } from '../shared-flags.ts';
import { build, buildFlags, runBuild } from './build.ts';
import { deployFlags, runDeploy } from './deploy.ts';
import { runPush } from './push.ts';

/** `faas-cli up`: build, push, deploy. */
export const up: Command = {
  use: 'up -f YAML_FILE [--skip-push] [--skip-deploy] [flags from build, push, deploy]',
  short: 'Builds, pushes and deploys OpenFaaS function containers',
  ...(build.long === undefined
    ? {}
    : { long: 'Build, Push, and Deploy OpenFaaS function containers in one command.' }),
  flags: [
    { name: 'skip-push', type: 'bool', usage: 'Skip pushing function to remote registry' },
    { name: 'skip-deploy', type: 'bool', usage: 'Skip function deployment' },
    ...buildFlags,
    ...deployFlags,
    ...gatewayFlags,
    envsubstFlag,
  ],
  async run(call) {
    await runBuild(call);
    call.io.stdout.write('\n');
    if (!call.flags.bool('skip-push')) {
      await runPush(call);
      call.io.stdout.write('\n');
    }
    if (!call.flags.bool('skip-deploy')) await runDeploy(call);
  },
};
