import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../../base/index.ts';
import { archiveFiles, loadChart } from '../../../../lib/helm/index.ts';
import { refuse } from '../refuse.ts';
import { helmArgs } from '../args.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { chartFlags } from '../flags.ts';
import { downloadChart } from '../locate-chart.ts';
import { replaceFile } from '../repositories.ts';

/** `helm pull CHART...`. */
export const pull: Command = {
  use: 'pull [chart URL | repo/chartname] [...] [flags]',
  aliases: ['fetch'],
  short: 'download a chart from a repository and (optionally) unpack it in local directory',
  args: helmArgs('at least', 1, 'pull [chart URL | repo/chartname] [...]'),
  flags: [
    ...chartFlags,
    {
      name: 'destination',
      shorthand: 'd',
      type: 'string',
      default: '.',
      usage:
        'location to write the chart. If this and untardir are specified, untardir is appended to this',
    },
    {
      name: 'prov',
      type: 'bool',
      usage: "fetch the provenance file, but don't perform verification",
    },
    {
      name: 'untar',
      type: 'bool',
      usage: 'if set to true, will untar the chart after downloading it',
    },
    {
      name: 'untardir',
      type: 'string',
      default: '.',
      usage:
        'if untar is specified, this flag specifies the name of the directory into which the chart is expanded',
    },
  ],
  run: async (call) => {
    refuse(call, ['verify', 'keyring']);
    for (const name of call.args) await pullOne(call, name);
  },
};

async function pullOne(call: Call, name: string): Promise<void> {
  const { flags, io } = call;
  const { archive, filename, provenance } = await downloadChart(
    call,
    name,
    flags.string('version'),
  );
  const destination = path.resolve(io.cwd, flags.string('destination'));
  if (flags.bool('untar')) {
    await untar(call, archive, destination);
    return;
  }
  if (!(await isThere(destination))) {
    const shown = path.join(flags.string('destination'), filename);
    throw new KnownError('not-found', `open ${shown}: no such file or directory`);
  }
  await replaceFile(path.join(destination, filename), archive);
  if (provenance !== undefined) {
    await replaceFile(path.join(destination, `${filename}.prov`), provenance);
  }
}

/** Paths were checked when the archive was read: none leads out of the chart's folder. */
async function untar(call: Call, archive: Buffer, destination: string): Promise<void> {
  const { metadata } = await loadChart(archive);
  const below = path.join(destination, call.flags.string('untardir'));
  const folder = path.join(below, metadata.name);
  if (await isThere(folder)) {
    const shown = path.join(
      call.flags.string('destination'),
      call.flags.string('untardir'),
      metadata.name,
    );
    throw new KnownError(
      'exists',
      `failed to untar: a file or directory with the name ${shown} already exists`,
    );
  }
  for (const { name, data } of archiveFiles(archive)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, data);
  }
}

async function isThere(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  );
}
