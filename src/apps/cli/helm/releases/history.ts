import { KnownError } from '../../../../base/index.ts';
import { createSecretStore } from '../../../../lib/helm/index.ts';
import type { Release } from '../../../../lib/helm/index.ts';
import type { Command } from '../../cobra/index.ts';
import { helmArgs } from '../args.ts';
import { outputFlag } from '../flags.ts';
import { actionPorts } from '../settings.ts';
import { ansiTime, printAs, tableText } from '../table.ts';

const use = 'history RELEASE_NAME';

/** `helm history`: the revisions of a release, oldest first. */
export const history: Command = {
  use: `${use} [flags]`,
  aliases: ['hist'],
  short: 'fetch release history',
  long: '\nHistory prints historical revisions for a given release.\n',
  args: helmArgs('exactly', 1, use),
  flags: [
    {
      name: 'max',
      type: 'int',
      default: '256',
      usage: 'maximum number of revision to include in history',
    },
    outputFlag,
  ],
  run: async (call) => {
    const ports = await actionPorts(call);
    const all = await createSecretStore(ports).history(call.args[0] ?? '');
    if (all.length === 0) throw new KnownError('not-found', 'release: not found');
    const shown = all.slice(-call.flags.number('max'));
    printAs(call, shown.map(entryOf), () =>
      tableText([
        ['REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION', 'DESCRIPTION'],
        ...shown.map((release) => [
          String(release.version),
          ansiTime(release.info.last_deployed),
          release.info.status,
          chartText(release),
          release.chart.metadata.appVersion ?? '',
          release.info.description ?? '',
        ]),
      ]),
    );
  },
};

function entryOf(release: Release): Record<string, unknown> {
  return {
    revision: release.version,
    updated: release.info.last_deployed,
    status: release.info.status,
    chart: chartText(release),
    app_version: release.chart.metadata.appVersion ?? '',
    description: release.info.description ?? '',
  };
}

/** `name-version` of a release's chart. */
export function chartText({ chart }: Release): string {
  const { name, version } = chart.metadata;
  return name === '' ? 'MISSING' : `${name}-${version}`;
}
