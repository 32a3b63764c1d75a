import { KnownError } from '../../../../base/index.ts';
import { testRelease } from '../../../../lib/helm/index.ts';
import type { ActionPorts, Release } from '../../../../lib/helm/index.ts';
import { helmArgs } from '../args.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { actionPorts } from '../settings.ts';
import { statusText } from './status.ts';

/** `helm test RELEASE`. */
export const test: Command = {
  use: 'test [RELEASE] [flags]',
  short: 'run tests for a release',
  args: helmArgs('exactly', 1, 'test [RELEASE]'),
  flags: [
    {
      name: 'filter',
      type: 'stringSlice',
      usage:
        'specify tests by attribute (currently "name") using attribute=value syntax or \'!attribute=value\' to exclude a test (can specify multiple or separate values with commas: name=test1,name=test2)',
    },
    {
      name: 'hide-notes',
      type: 'bool',
      usage: 'if set, do not show notes in test output. Does not affect presence in chart metadata',
    },
    {
      name: 'logs',
      type: 'bool',
      usage:
        'dump the logs from test pods (this runs after all tests are complete, but before any cleanup)',
    },
    {
      name: 'timeout',
      type: 'duration',
      default: '5m0s',
      usage: 'time to wait for any individual Kubernetes operation (like Jobs for hooks)',
    },
  ],
  run: async (call) => {
    const { flags, io, args } = call;
    const ports = await actionPorts(call);
    const { release, failure } = await testRelease(ports, {
      name: args[0] ?? '',
      namespace: ports.namespace,
      timeoutMs: flags.number('timeout'),
      ...filtersOf(call),
    });
    io.stdout.write(statusText(release, { hideNotes: flags.bool('hide-notes') }));
    if (flags.bool('logs')) io.stdout.write(`\n${await logsText(ports, release)}`);
    if (failure !== undefined) throw failure;
  },
};

function filtersOf({ flags }: Call): { only: string[]; without: string[] } {
  const only: string[] = [];
  const without: string[] = [];
  for (const text of flags.list('filter')) {
    const [, not, name = ''] = /^(!?)name=(.*)$/.exec(text) ?? [];
    if (not === undefined) {
      throw new KnownError('invalid', `--filter ${text}: want name=VALUE or !name=VALUE`);
    }
    (not === '!' ? without : only).push(name);
  }
  return { only, without };
}

async function logsText(ports: ActionPorts, { hooks = [], namespace }: Release): Promise<string> {
  let text = '';
  for (const { name } of hooks.filter(({ events }) => events.includes('test'))) {
    const answer = await ports.cluster.raw(
      `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`,
    );
    const body = await answer.text();
    if (!answer.ok) {
      throw new KnownError('failed', `unable to get pod logs for ${name}: ${body.trim()}`);
    }
    text += `POD LOGS: ${name}\n${body}\n`;
  }
  return text;
}
