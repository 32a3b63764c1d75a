import type { JsonRecord } from '../../../../base/index.ts';
import { computedValues } from '../../../../lib/helm/index.ts';
import type { Release } from '../../../../lib/helm/index.ts';
import { stringify } from '../../../../lib/yaml/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { helmArgs } from '../args.ts';
import { outputFlag } from '../flags.ts';
import { releaseText } from './release-template.ts';
import { hooksText, releaseOf, statusText } from './status.ts';
import { printAs } from '../table.ts';

const revision = {
  name: 'revision',
  type: 'int',
  usage: 'get the named release with revision',
} as const;

function part(
  name: string,
  short: string,
  print: (call: Call, release: Release) => void,
  flags: Command['flags'] = [],
): Command {
  const use = `${name} RELEASE_NAME`;
  return {
    use: `${use} [flags]`,
    short,
    args: helmArgs('exactly', 1, use),
    flags: [revision, ...flags],
    run: async (call) => print(call, await releaseOf(call)),
  };
}

function write(
  text: (release: Release, call: Call) => string,
): (call: Call, release: Release) => void {
  return (call, release) => call.io.stdout.write(text(release, call));
}

/** `helm get all|hooks|manifest|metadata|notes|values`. */
export const get: Command = {
  use: 'get',
  short: 'download extended information of a named release',
  long: '\nThis command consists of multiple subcommands which can be used to\nget extended information about the release.\n',
  commands: [
    part('all', 'download all information for a named release', write(allText), [
      {
        name: 'template',
        type: 'string',
        usage: 'go template for formatting the output, eg: {{.Release.Name}}',
      },
    ]),
    part('hooks', 'download all hooks for a named release', write(hooksText)),
    part(
      'manifest',
      'download the manifest for a named release',
      write(({ manifest }) => `${manifest}\n`),
    ),
    part('metadata', 'This command fetches metadata for a given release', printMetadata, [
      outputFlag,
    ]),
    part(
      'notes',
      'download the notes for a named release',
      write(({ info }) => ((info.notes ?? '') === '' ? '' : `NOTES:\n${info.notes}\n`)),
    ),
    part('values', 'download the values file for a named release', printValues, [
      { name: 'all', shorthand: 'a', type: 'bool', usage: 'dump all (computed) values' },
      outputFlag,
    ]),
  ],
};

function printValues(call: Call, release: Release): void {
  const isAll = call.flags.bool('all');
  const values: JsonRecord | null = isAll ? computedValues(release) : (release.config ?? null);
  printAs(call, values, () => {
    const title = isAll ? 'COMPUTED VALUES:' : 'USER-SUPPLIED VALUES:';
    return `${title}\n${stringify(values)}`;
  });
}

function allText(release: Release, { flags }: Call): string {
  const template = flags.string('template');
  if (template !== '') return releaseText(template, release);
  const given = `USER-SUPPLIED VALUES:\n${stringify(release.config ?? null)}\n`;
  const computed = `COMPUTED VALUES:\n${stringify(computedValues(release))}\n`;
  return statusText(release, {
    withChart: true,
    withManifest: true,
    values: given + computed,
  });
}

function printMetadata(call: Call, release: Release): void {
  const { metadata } = release.chart;
  const annotations = (metadata['annotations'] ?? {}) as Record<string, string>;
  const dependencies = (metadata['dependencies'] ?? []) as { name: string }[];
  const data = {
    name: release.name,
    chart: metadata.name,
    version: metadata.version,
    appVersion: metadata.appVersion ?? '',
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(dependencies.length === 0 ? {} : { dependencies }),
    namespace: release.namespace,
    revision: release.version,
    status: release.info.status,
    deployedAt: release.info.last_deployed.replace(/\.\d+/, ''),
  };
  const pairs = Object.keys(annotations)
    .toSorted()
    .map((key) => `${key}=${annotations[key]}`);
  printAs(call, data, () =>
    [
      `NAME: ${data.name}`,
      `CHART: ${data.chart}`,
      `VERSION: ${data.version}`,
      `APP_VERSION: ${data.appVersion}`,
      `ANNOTATIONS: ${pairs.join(',')}`,
      `DEPENDENCIES: ${dependencies.map(({ name }) => name).join(',')}`,
      `NAMESPACE: ${data.namespace}`,
      `REVISION: ${data.revision}`,
      `STATUS: ${data.status}`,
      `DEPLOYED_AT: ${data.deployedAt}\n`,
    ].join('\n'),
  );
}
