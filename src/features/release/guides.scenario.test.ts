import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRecord } from '../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../base/index.ts';
import {
  FluxHelmRelease,
  HelmRelease,
  asHelmRelease,
  fluxHelmReleaseCrd,
  releaseNameOf,
} from '../../api/helm-release/index.ts';
import { createReleaseStore } from '../../lib/helm/index.ts';
import type { Transport } from '../../lib/http/index.ts';
import { systemClock } from '../../base/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import { parse } from '../../lib/yaml/index.ts';
import { archiveOf, git, repository, start, until, useWorlds, world } from './world.contract.ts';

useWorlds();

/** HelmReleases and FluxHelmReleases of the guides, word for word. */
const manifests = readFileSync(path.join(import.meta.dirname, 'testdata/guides.yaml'), 'utf8')
  .split(/^---$/m)
  .map((text) => ({ guide: /Guide (\d)/.exec(text)?.[1], object: parse(text) as KubeObject }))
  .map(({ guide, object }, at) => ({
    name: `guide ${guide}, ${at + 1}: ${object.metadata.name}`,
    object,
  }));

/** Stands in for the charts that the guides use: it keeps the values that it was given. */
function standIn(name: string, version: string): Record<string, string> {
  return {
    'Chart.yaml': `apiVersion: v1\nname: ${name}\nversion: ${version}\n`,
    'templates/given.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-given}
data: {values: {{ .Values | toJson | quote }}}
`,
  };
}

const paths = [
  'functions',
  'charts/podinfo',
  'charts/sealed-secrets',
  'charts/openfaas',
  'charts/chart1',
];

async function makeRepository(): Promise<void> {
  await mkdir(repository(), { recursive: true });
  await git('init', '-q', '-b', 'master');
  for (const folder of paths) {
    for (const [name, text] of Object.entries(standIn(path.basename(folder), '0.1.0'))) {
      const file = path.join(repository(), folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
  await git('add', '-A');
  await git('commit', '-q', '-m', 'charts');
}

/** Any chart repository: it has the chart that the guide asks for. */
async function chartsOf({ object }: (typeof manifests)[number]): Promise<Transport> {
  const { name = '', version = '' } = asHelmRelease(object).spec.chart;
  const archive = new Uint8Array(await archiveOf(standIn(name, version)));
  const index = `apiVersion: v1\nentries:\n  ${name}:\n  - {name: ${name}, version: ${version}, apiVersion: v1, urls: [demo.tgz]}\n`;
  return ({ url }) => Promise.resolve(new Response(url.endsWith('index.yaml') ? index : archive));
}

describe('the guides', { timeout: 30_000 }, () => {
  it.each(manifests)('$name', async (manifest) => {
    const { object } = manifest;
    const { cluster } = world;
    const { namespace = 'default' } = object.metadata;
    await makeRepository();
    await cluster.create(kinds.CustomResourceDefinition, fluxHelmReleaseCrd);
    const metadata = { name: namespace };
    await cluster
      .create(kinds.Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata })
      .catch(() => {});
    const chartsRepository = {
      url: 'git@github.com:guide/charts',
      branch: 'master',
      chartsPath: 'charts',
    };
    await start({
      chartsRepository,
      localFolder: () => repository(),
      transport: await chartsOf(manifest),
    });
    const kind = object.kind === 'HelmRelease' ? HelmRelease : FluxHelmRelease;
    await until(async () => (await cluster.resourceOf(kind.apiVersion, kind.kind)) !== undefined);
    const given = { ...object, metadata: { ...object.metadata, namespace } };
    await cluster.create(kind, given);
    const name = releaseNameOf(asHelmRelease(given, chartsRepository));
    const store = createReleaseStore({ cluster, clock: systemClock, namespace });
    await until(async () => (await store.last(name))?.info.status === 'deployed');
    const spec = object['spec'] as JsonRecord;
    expect((await store.last(name))?.config).toEqual(spec['values'] ?? {});
    const map = await cluster.get(kinds.ConfigMap, { namespace, name: `${name}-given` });
    const values = isRecord(map?.['data']) ? String(map['data']['values']) : '';
    expect(JSON.parse(values)).toMatchObject(spec['values'] ?? {});
  });
});
