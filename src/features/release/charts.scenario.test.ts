import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Transport } from '../../lib/http/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import {
  archiveOf,
  chartFiles,
  colour,
  commit,
  events,
  phase,
  release,
  repository,
  repositoryUrl,
  start,
  until,
  useWorlds,
  world,
} from './world.contract.ts';

useWorlds();

const slow = { timeout: 30_000 };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A registry with one chart, `demo`, at these tags; it wants a login. */
function registry(archive: Uint8Array<ArrayBuffer>, tags: readonly string[]): Transport {
  const digest = `sha256:${createHash('sha256').update(archive).digest('hex')}`;
  const mediaType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest, size: 2 },
    layers: [{ mediaType, digest, size: archive.length }],
  });
  return (request) => {
    const { pathname } = new URL(request.url);
    if (request.headers.get('authorization') !== `Basic ${base64('me:pw')}`) {
      const headers = { 'www-authenticate': 'Basic realm="r"' };
      return Promise.resolve(new Response('', { status: 401, headers }));
    }
    if (pathname.endsWith('/tags/list')) return Promise.resolve(Response.json({ tags }));
    if (pathname === `/v2/charts/demo/blobs/${digest}`) {
      return Promise.resolve(new Response(archive));
    }
    const tag = pathname.slice(pathname.lastIndexOf('/') + 1);
    const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
    return Promise.resolve(
      tags.includes(tag) ? new Response(manifest, { headers }) : new Response('', { status: 404 }),
    );
  };
}

describe('a chart from a registry', slow, () => {
  it.each([
    ['an exact version, whose + is _ in the tag', '0.1.0+a', ['0.1.0_a']],
    ['a constraint', '^0.1.0', ['latest', '0.1.0', '0.1.5', '0.2.0']],
  ])('by %s, with a pull secret of either form', async (_what, version, tags) => {
    const archive = new Uint8Array(await archiveOf(chartFiles));
    const asked: string[] = [];
    const answer = registry(archive, tags);
    await start({
      transport: (request) => {
        asked.push(new URL(request.url).pathname);
        return answer(request);
      },
    });
    const auths = { 'registry.example': { auth: base64('me:pw') } };
    await world.cluster.create(kinds.Secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pull', namespace: 'default' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': base64(JSON.stringify({ auths })) },
    });
    const chart = { repository: 'oci://registry.example/charts', name: 'demo', version };
    await release('web', { chart: { ...chart, chartPullSecret: { name: 'pull' } } });
    expect((await phase('web', 'Succeeded')).revision).toBe('0.1.0');
    const tag = asked.find((each) => each.includes('/manifests/'));
    expect(tag).toBe(`/v2/charts/demo/manifests/${tags.at(-2) ?? tags[0]}`);
    await release('thief', { chart });
    await phase('thief', 'ChartFetchFailed', 1);
  });
});

describe('credentials of --helm-repository-import', slow, () => {
  it('open the repository of that URL', async () => {
    const archive = new Uint8Array(await archiveOf(chartFiles));
    const file = path.join(world.dir, 'repositories.yaml');
    await writeFile(
      file,
      'apiVersion: v1\nrepositories:\n- {name: mine, url: https://private.example/stable, username: me, password: pw}\n',
    );
    const index =
      'apiVersion: v1\nentries:\n  demo:\n  - {name: demo, version: 0.1.0, apiVersion: v2, urls: [demo.tgz]}\n';
    await start({
      settings: { repositoryFiles: [path.join(world.dir, 'none'), file] },
      transport: ({ url, headers }) => {
        const isIn = headers.get('authorization') === `Basic ${base64('me:pw')}`;
        if (!isIn) return Promise.resolve(new Response('', { status: 401 }));
        return Promise.resolve(new Response(url.endsWith('index.yaml') ? index : archive));
      },
    });
    const chart = { repository: 'https://private.example/stable/', name: 'demo', version: '0.1.0' };
    await release('web', { chart });
    await phase('web', 'Succeeded');
    await release('lost', { chart: { ...chart, repository: 'https://private.example/other' } });
    await phase('lost', 'ChartFetchFailed', 1);
  });
});

describe('a chart from git', slow, () => {
  it('takes dependencies from beside it, and is read where it lies', async () => {
    const named: string[] = [];
    const common = {
      'Chart.yaml': 'apiVersion: v2\nname: common\nversion: 1.2.3\n',
      'templates/_helpers.tpl': '{{ define "common.colour" }}from-beside{{ end }}',
    };
    await commit({
      ...chartFiles,
      'Chart.yaml':
        'apiVersion: v2\nname: demo\nversion: 0.1.0\ndependencies:\n- {name: common, version: 1.x.x, repository: "file://../common"}\n',
      'templates/cm.yaml': chartFiles['templates/cm.yaml']!.replace(
        '{{ .Values.colour }}',
        '{{ include "common.colour" . }}',
      ),
      ...Object.fromEntries(
        Object.entries(common).map(([name, text]) => [`../common/${name}`, text]),
      ),
    });
    const url = 'https://git.example/far/away.git';
    await start({
      localFolder: (asked) => {
        named.push(asked);
        return repository();
      },
    });
    await release('web', { chart: { git: url, path: 'charts/demo' } });
    await phase('web', 'Succeeded');
    expect(await colour('web')).toBe('from-beside');
    expect(named).toEqual([url]);
  });

  it('without its dependencies says which it cannot have', async () => {
    const yaml = 'apiVersion: v2\nname: demo\nversion: 0.1.0\ndependencies:\n';
    const beyond = `${yaml}- {name: a, version: 1.0.0, repository: "file://../../../a"}\n`;
    await commit({ ...chartFiles, 'Chart.yaml': beyond });
    await start();
    await release('web', { chart: { git: repositoryUrl(), path: 'charts/demo' } });
    await phase('web', 'ChartFetchFailed', 1);
    await until(async () =>
      JSON.stringify(await events('web')).includes(
        'dependency file://../../../a leads out of the repository',
      ),
    );
  });
});

describe('helmVersion: v2', slow, () => {
  it('is refused in the status, with what to do', async () => {
    await commit(chartFiles);
    await start();
    await release('web', { helmVersion: 'v2' });
    const status = await phase('web', 'Failed', 1);
    expect(status.conditions?.find(({ type }) => type === 'Released')?.message).toContain(
      "no client found for Helm 'v2': Helm 2 and Tiller are not supported; convert the release",
    );
  });
});
