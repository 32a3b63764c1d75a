import { KnownError } from '../../../../base/index.ts';
import { createSecretStore } from '../../../../lib/helm/index.ts';
import type { Release } from '../../../../lib/helm/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { helmArgs } from '../args.ts';
import { printable } from './deploy-options.ts';
import { outputFlag } from '../flags.ts';
import { refuse } from '../refuse.ts';
import { actionPorts } from '../settings.ts';
import { ansiTime, printAs } from '../table.ts';

const use = 'status RELEASE_NAME';

/** `helm status`: what became of a release. */
export const status: Command = {
  use: `${use} [flags]`,
  short: 'display the status of the named release',
  long: '\nThis command shows the status of a named release.\n',
  args: helmArgs('exactly', 1, use),
  flags: [
    outputFlag,
    {
      name: 'revision',
      type: 'int',
      usage: 'if set, display the status of the named release with revision',
    },
    {
      name: 'show-desc',
      type: 'bool',
      usage: 'if set, display the description message of the named release',
    },
    {
      name: 'show-resources',
      type: 'bool',
      usage: 'if set, display the resources of the named release (not supported)',
    },
  ],
  run: async (call) => {
    refuse(call, ['show-resources']);
    const release = await releaseOf(call);
    const { chart: _chart, ...rest } = release;
    printAs(call, printable(rest), () =>
      statusText(release, { withDescription: call.flags.bool('show-desc') }),
    );
  },
};

/** The release a command names, at `--revision` or the newest. */
export async function releaseOf(call: Call): Promise<Release> {
  const ports = await actionPorts(call);
  const store = createSecretStore(ports);
  const name = call.args[0] ?? '';
  const revision = call.flags.number('revision');
  const release = revision === 0 ? await store.last(name) : await store.get(name, revision);
  if (release === undefined) throw new KnownError('not-found', 'release: not found');
  return release;
}

/** The text form of a release, as status, install and upgrade print it. */
export function statusText(
  release: Release,
  how: {
    readonly withDescription?: boolean;
    readonly withChart?: boolean;
    readonly withManifest?: boolean;
    readonly hideNotes?: boolean;
    /** USER-SUPPLIED and COMPUTED VALUES, before the manifest. */
    readonly values?: string;
  } = {},
): string {
  const { info } = release;
  let text = `${headLines(release, how).join('\n')}\n${how.values ?? ''}`;
  if (how.withManifest === true || info.description === 'Dry run complete') {
    text += `HOOKS:\n${hooksText(release)}MANIFEST:\n${release.manifest}\n`;
  }
  const notes = info.notes ?? '';
  const hasNotes = how.hideNotes !== true && notes !== '';
  return hasNotes ? `${text}NOTES:\n${notes.trim()}\n` : text;
}

function headLines(
  release: Release,
  how: { readonly withDescription?: boolean; readonly withChart?: boolean },
): string[] {
  const { info, chart } = release;
  const lines = [`NAME: ${release.name}`];
  if (info.last_deployed !== '') lines.push(`LAST DEPLOYED: ${ansiTime(info.last_deployed)}`);
  lines.push(`NAMESPACE: ${release.namespace}`, `STATUS: ${info.status}`);
  lines.push(`REVISION: ${release.version}`);
  if (how.withChart === true) {
    const { name, version, appVersion = '' } = chart.metadata;
    lines.push(`CHART: ${name}`, `VERSION: ${version}`, `APP_VERSION: ${appVersion}`);
  }
  if (how.withDescription === true) lines.push(`DESCRIPTION: ${info.description ?? ''}`);
  return [...lines, ...testLines(release)];
}

/** A release's hooks with where they come from. */
export function hooksText({ hooks = [] }: Release): string {
  return hooks.map((hook) => `---\n# Source: ${hook.path}\n${hook.manifest}\n`).join('');
}

function testLines({ hooks = [] }: Release): string[] {
  const tests = hooks.filter(({ events }) => events.includes('test'));
  if (tests.length === 0) return ['TEST SUITE: None'];
  return tests
    .filter(({ last_run: run }) => (run?.started_at ?? '') !== '')
    .flatMap(({ name, last_run: run }) => [
      `TEST SUITE:     ${name}`,
      `Last Started:   ${ansiTime(run.started_at)}`,
      `Last Completed: ${run.completed_at === '' ? '' : ansiTime(run.completed_at)}`,
      `Phase:          ${run.phase}`,
    ]);
}
