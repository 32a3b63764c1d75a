import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, messageOf } from '../../../../base/index.ts';
import { loadChart, metadataJson, packageChart } from '../../../../lib/helm/index.ts';
import type { Chart } from '../../../../lib/helm/index.ts';
import { stringify } from '../../../../lib/yaml/index.ts';
import type { Call } from '../../cobra/index.ts';
import { dataFolder } from '../repositories.ts';

/** The word that a starter's templates and values have in place of the new chart's name. */
const placeholder = '<CHARTNAME>';

/** `helm create --starter`: a chart that others are begun from, with another name. */
export async function createFromStarter(
  { flags, io }: Call,
  chart: { readonly name: string; readonly folder: string },
): Promise<void> {
  const starter = flags.string('starter');
  const source = path.isAbsolute(starter)
    ? starter
    : path.join(dataFolder(io), 'starters', starter);
  const found = await loadStarter(source);
  const metadata = {
    name: chart.name,
    description: 'A Helm chart for Kubernetes',
    type: 'application',
    version: '0.1.0',
    appVersion: '0.1.0',
    apiVersion: 'v2',
  };
  const write = async (name: string, data: Uint8Array | string): Promise<void> => {
    const file = path.join(chart.folder, name);
    if (!file.startsWith(chart.folder + path.sep)) {
      throw new KnownError('invalid', `the starter's file ${name} leads out of the chart`);
    }
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, data);
  };
  const named = (data: Uint8Array): string =>
    Buffer.from(data).toString('utf8').replaceAll(placeholder, chart.name);
  await write('Chart.yaml', stringify(metadataJson(metadata)));
  for (const { name, data } of found.raw) {
    if (name === 'values.yaml') await write(name, named(data));
  }
  if (found.schema !== undefined) await write('values.schema.json', found.schema);
  for (const { name, data } of found.templates) await write(name, named(data));
  for (const { name, data } of found.files) await write(name, data);
  for (const child of found.dependencies) {
    const { filename, archive } = await packageChart(child, io.clock.now());
    await write(`charts/${filename}`, archive);
  }
}

async function loadStarter(source: string): Promise<Chart> {
  try {
    await stat(source).catch((thrown: unknown) => {
      const message = `stat ${source}: no such file or directory`;
      throw new KnownError('not-found', message, { cause: thrown });
    });
    return await loadChart(source);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError(thrown.code, `could not load ${source}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}
