import { KnownError } from '../../../../base/index.ts';
import { rollbackRelease } from '../../../../lib/helm/index.ts';
import type { Command } from '../../cobra/index.ts';
import { helmArgs } from '../args.ts';
import { refuse } from '../refuse.ts';
import { actionPorts } from '../settings.ts';

/** `helm rollback NAME [REVISION]`. */
export const rollback: Command = {
  use: 'rollback <RELEASE> [REVISION] [flags]',
  short: 'roll back a release to a previous revision',
  args: helmArgs('at least', 1, 'rollback <RELEASE> [REVISION]'),
  flags: [
    {
      name: 'cleanup-on-fail',
      type: 'bool',
      usage:
        'allow deletion of new resources created in this rollback when rollback fails (not supported)',
    },
    { name: 'dry-run', type: 'bool', usage: 'simulate a rollback' },
    {
      name: 'force',
      type: 'bool',
      usage: 'force resource update through delete/recreate if needed',
    },
    {
      name: 'history-max',
      type: 'int',
      default: '10',
      usage: 'limit the maximum number of revisions saved per release. Use 0 for no limit',
      env: 'HELM_MAX_HISTORY',
    },
    { name: 'no-hooks', type: 'bool', usage: 'prevent hooks from running during rollback' },
    {
      name: 'recreate-pods',
      type: 'bool',
      usage: 'performs pods restart for the resource if applicable',
    },
    {
      name: 'timeout',
      type: 'duration',
      default: '5m0s',
      usage: 'time to wait for any individual Kubernetes operation (like Jobs for hooks)',
    },
    {
      name: 'wait',
      type: 'bool',
      usage:
        'if set, will wait until everything is in a ready state before marking the release as successful',
    },
    {
      name: 'wait-for-jobs',
      type: 'bool',
      usage: 'if set and --wait enabled, will wait until all Jobs have been completed',
    },
  ],
  run: async (call) => {
    const { flags, io, args } = call;
    refuse(call, ['cleanup-on-fail']);
    const ports = await actionPorts(call);
    const [name = '', text = '0'] = args;
    if (!/^\d+$/.test(text)) {
      throw new KnownError(
        'invalid',
        `could not convert revision to a number: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
      );
    }
    await rollbackRelease(ports, {
      name,
      namespace: ports.namespace,
      revision: Number(text),
      timeoutMs: flags.number('timeout'),
      wait: flags.bool('wait'),
      waitForJobs: flags.bool('wait-for-jobs'),
      disableHooks: flags.bool('no-hooks'),
      force: flags.bool('force'),
      recreatePods: flags.bool('recreate-pods'),
      dryRun: flags.bool('dry-run'),
      maxHistory: flags.number('history-max'),
    });
    io.stdout.write('Rollback was a success! Happy Helming!\n');
  },
};
