import { KnownError } from '../../../../base/index.ts';
import { uninstallRelease } from '../../../../lib/helm/index.ts';
import type { ActionPorts } from '../../../../lib/helm/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { helmArgs } from '../args.ts';
import { actionPorts } from '../settings.ts';

/** `helm uninstall NAME...`. */
export const uninstall: Command = {
  use: 'uninstall RELEASE_NAME [...] [flags]',
  aliases: ['un', 'del', 'delete'],
  short: 'uninstall a release',
  args: helmArgs('at least', 1, 'uninstall RELEASE_NAME [...]'),
  flags: [
    {
      name: 'cascade',
      type: 'string',
      default: 'background',
      usage:
        'Must be "background", "orphan", or "foreground". Selects the deletion cascading strategy for the dependents.',
    },
    { name: 'description', type: 'string', usage: 'add a custom description' },
    { name: 'dry-run', type: 'bool', usage: 'simulate a uninstall' },
    {
      name: 'ignore-not-found',
      type: 'bool',
      usage: 'Treat "release not found" as a successful uninstall',
    },
    {
      name: 'keep-history',
      type: 'bool',
      usage:
        'remove all associated resources and mark the release as deleted, but retain the release history',
    },
    { name: 'no-hooks', type: 'bool', usage: 'prevent hooks from running during uninstallation' },
    {
      name: 'timeout',
      type: 'duration',
      default: '5m0s',
      usage: 'time to wait for any individual Kubernetes operation (like Jobs for hooks)',
    },
    {
      name: 'wait',
      type: 'bool',
      usage: 'if set, will wait until all the resources are deleted before returning',
    },
  ],
  run: async (call) => {
    const ports = await actionPorts(call);
    for (const name of call.args) await uninstallOne(call, ports, name);
  },
};

async function uninstallOne(
  call: Call,
  ports: ActionPorts & { readonly namespace: string },
  name: string,
): Promise<void> {
  const { flags, io } = call;
  const description = flags.string('description');
  try {
    const { info } = await uninstallRelease(ports, {
      name,
      namespace: ports.namespace,
      keepHistory: flags.bool('keep-history'),
      timeoutMs: flags.number('timeout'),
      wait: flags.bool('wait'),
      disableHooks: flags.bool('no-hooks'),
      dryRun: flags.bool('dry-run'),
      propagation: propagationOf(flags.string('cascade')),
      ...(description === '' ? {} : { description }),
    });
    if (info !== '') io.stdout.write(`${info}\n`);
  } catch (thrown) {
    const isGone = thrown instanceof KnownError && thrown.code === 'not-found';
    if (!isGone || !flags.bool('ignore-not-found')) throw thrown;
  }
  io.stdout.write(`release ${JSON.stringify(name)} uninstalled\n`);
}

function propagationOf(text: string): 'Background' | 'Foreground' | 'Orphan' {
  if (text === 'background') return 'Background';
  if (text === 'foreground') return 'Foreground';
  if (text === 'orphan') return 'Orphan';
  throw new KnownError(
    'invalid',
    `invalid cascade value (${text}). Must be "background", "foreground", or "orphan"`,
  );
}
