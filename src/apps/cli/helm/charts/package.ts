import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../../base/index.ts';
import { loadChart, packageChart, versionIn } from '../../../../lib/helm/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { missingDependencies, missingText } from '../check-chart.ts';
import { loginFlags } from '../flags.ts';
import { refuse } from '../refuse.ts';
import { replaceFile } from '../repositories.ts';

/** `helm package CHART...`. */
export const packageCommand: Command = {
  use: 'package [CHART_PATH] [...] [flags]',
  short: 'package a chart directory into a chart archive',
  args: (args) =>
    args.length > 0 ? undefined : 'need at least one argument, the path to the chart',
  flags: [
    {
      name: 'app-version',
      type: 'string',
      usage: 'set the appVersion on the chart to this version',
    },
    {
      name: 'dependency-update',
      shorthand: 'u',
      type: 'bool',
      usage: 'update dependencies from "Chart.yaml" to dir "charts/" before packaging',
    },
    {
      name: 'destination',
      shorthand: 'd',
      type: 'string',
      default: '.',
      usage: 'location to write the chart.',
    },
    {
      name: 'key',
      type: 'string',
      usage: 'name of the key to use when signing (not supported)',
    },
    {
      name: 'keyring',
      type: 'string',
      usage: 'location of a public keyring (not supported)',
    },
    {
      name: 'passphrase-file',
      type: 'string',
      usage: 'location of a file with the passphrase of the signing key (not supported)',
    },
    {
      name: 'sign',
      type: 'bool',
      usage: 'use a PGP private key to sign this package (not supported)',
    },
    {
      name: 'version',
      type: 'string',
      usage: 'set the version on the chart to this semver version',
    },
    ...loginFlags,
  ],
  run: async (call) => {
    refuse(call, ['sign', 'key', 'keyring', 'passphrase-file']);
    for (const chartPath of call.args) await packageOne(call, chartPath);
  },
};

async function packageOne(call: Call, chartPath: string): Promise<void> {
  const { flags, io } = call;
  const folder = path.resolve(io.cwd, chartPath);
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) {
    throw new KnownError('not-found', `stat ${chartPath}: no such file or directory`);
  }
  if (flags.bool('dependency-update')) {
    const { updateDependencies } = await import('./update-dependencies.ts');
    await updateDependencies(call, folder, { skipRefresh: false });
  }
  const chart = await loadChart(folder);
  const version = flags.string('version');
  if (version !== '') {
    if (versionIn(version) === undefined) {
      throw new KnownError('invalid', 'invalid semantic version');
    }
    chart.metadata.version = version;
  }
  const appVersion = flags.string('app-version');
  if (appVersion !== '') chart.metadata.appVersion = appVersion;
  const missing = missingDependencies(chart);
  if (missing.length > 0) throw new KnownError('invalid', missingText(missing));
  const { filename, archive } = await packageChart(chart, io.clock.now());
  const destination = flags.string('destination');
  await mkdir(path.resolve(io.cwd, destination), { recursive: true });
  const file = path.join(destination === '.' ? io.cwd : destination, filename);
  await replaceFile(path.resolve(io.cwd, file), archive);
  io.stdout.write(`Successfully packaged chart and saved it to: ${file}\n`);
}
