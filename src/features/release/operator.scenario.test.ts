import { describe, expect, it } from 'vitest';
import { isRecord } from '../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../base/index.ts';
import {
  FluxHelmRelease,
  HelmReleaseV1beta1,
  fluxHelmReleaseCrd,
  helmReleaseV1beta1Crd,
} from '../../api/helm-release/index.ts';
import type { HelmReleaseStatus } from '../../api/helm-release/index.ts';
import type { Transport } from '../../lib/http/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import {
  archiveOf,
  change,
  chartFiles,
  colour,
  commit,
  events,
  phase,
  release,
  repositoryUrl,
  revisions,
  start,
  statusOf,
  template,
  until,
  useWorlds,
  world,
} from './world.contract.ts';

useWorlds();

const slow = { timeout: 30_000 };
const here = (name: string) => ({ namespace: 'default', name });

function condition(status: HelmReleaseStatus, type: string): string | undefined {
  const found = status.conditions?.find((each) => each.type === type);
  return found && `${found.status}: ${found.message ?? ''}`;
}

async function put(kind: 'ConfigMap' | 'Secret', name: string, text: string): Promise<void> {
  const data = kind === 'Secret' ? Buffer.from(text).toString('base64') : text;
  const object: KubeObject = {
    apiVersion: 'v1',
    kind,
    metadata: here(name),
    data: { 'values.yaml': data },
  };
  if ((await world.cluster.get(kinds[kind], here(name))) === undefined) {
    await world.cluster.create(kinds[kind], object);
  } else await world.cluster.replace(kinds[kind], object);
}

describe('the older kinds', slow, () => {
  it('are followed when their definitions come, each in its own words', async () => {
    await commit(chartFiles);
    const chartsRepository = { url: repositoryUrl(), branch: 'main', chartsPath: 'charts' };
    await start({ chartsRepository });
    const { cluster } = world;
    await cluster.create(kinds.CustomResourceDefinition, fluxHelmReleaseCrd);
    await cluster.create(kinds.CustomResourceDefinition, helmReleaseV1beta1Crd);
    await until(async () => {
      const all = await cluster.resources(true);
      return ['FluxHelmRelease', 'HelmRelease'].every((kind) =>
        all.some((each) => each.kind === kind && each.group.endsWith('weave.works')),
      );
    });
    await cluster.create(FluxHelmRelease, {
      apiVersion: FluxHelmRelease.apiVersion,
      kind: FluxHelmRelease.kind,
      metadata: here('ghost'),
      spec: { chartGitPath: 'demo', values: { colour: 'grey' } },
    });
    await cluster.create(HelmReleaseV1beta1, {
      apiVersion: HelmReleaseV1beta1.apiVersion,
      kind: HelmReleaseV1beta1.kind,
      metadata: here('beta'),
      spec: {
        releaseName: 'beta',
        chart: { git: repositoryUrl(), path: 'charts/demo', ref: 'main' },
        values: { colour: 'teal' },
      },
    });
    const seen = async (kind: typeof FluxHelmRelease, name: string): Promise<JsonRecord> => {
      const found = await cluster.get(kind, here(name));
      return isRecord(found?.['status']) ? found['status'] : {};
    };
    await until(async () => (await seen(FluxHelmRelease, 'ghost'))['releaseStatus'] === 'DEPLOYED');
    await until(async () => 'revision' in (await seen(HelmReleaseV1beta1, 'beta')));
    expect(await colour('default-ghost')).toBe('grey');
    expect(await colour('beta')).toBe('teal');
    expect(await seen(FluxHelmRelease, 'ghost')).toEqual({ releaseStatus: 'DEPLOYED' });
    expect(await seen(HelmReleaseV1beta1, 'beta')).toMatchObject({
      releaseName: 'beta',
      releaseStatus: 'DEPLOYED',
      valuesChecksum: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      conditions: [
        { type: 'ChartFetched', status: 'True', reason: 'GitRepoCloned' },
        { type: 'Released', status: 'True', reason: 'HelmSuccess' },
      ],
    });
    const map = await cluster.get(kinds.ConfigMap, here('default-ghost-cm'));
    expect(map?.metadata.annotations).toMatchObject({
      'flux.weave.works/antecedent': 'default:fluxhelmrelease/ghost',
    });
    await cluster.patch(
      FluxHelmRelease,
      here('ghost'),
      { spec: { values: { colour: 'blue' } } },
      { type: 'merge' },
    );
    await until(async () => (await colour('default-ghost')) === 'blue');
    expect(await revisions('default-ghost')).toBe('1 superseded, 2 deployed');
    await cluster.delete(FluxHelmRelease, here('ghost'));
    await until(async () => (await revisions('default-ghost')) === '');
  });

  it('a release that helm.fluxcd.io/v1 has taken over is not removed with its older object', async () => {
    await commit(chartFiles);
    await start();
    const { cluster } = world;
    await cluster.create(kinds.CustomResourceDefinition, helmReleaseV1beta1Crd);
    await until(async () => {
      const all = await cluster.resources(true);
      return all.some(({ group }) => group === 'flux.weave.works');
    });
    const chart = { git: repositoryUrl(), path: 'charts/demo', ref: 'main' };
    const { apiVersion, kind } = HelmReleaseV1beta1;
    const spec = { releaseName: 'web', chart };
    await cluster.create(HelmReleaseV1beta1, { apiVersion, kind, metadata: here('web'), spec });
    await until(async () => (await revisions('web')) === '1 deployed');
    await release('web', { values: { colour: 'new' } });
    await phase('web', 'Succeeded');
    await cluster.delete(HelmReleaseV1beta1, here('web'));
    await until(async () => (await cluster.get(HelmReleaseV1beta1, here('web'))) === undefined);
    expect(await colour('web')).toBe('new');
  });
});

describe('values', slow, () => {
  it('that change in a ConfigMap or a Secret upgrade at once', async () => {
    await commit(chartFiles);
    await put('ConfigMap', 'low', 'colour: one\n');
    await put('Secret', 'high', 'other: 1\n');
    await start();
    await release('web', {
      valuesFrom: [
        { configMapKeyRef: { name: 'low' } },
        { secretKeyRef: { name: 'high' } },
        { secretKeyRef: { name: 'later', optional: true } },
      ],
    });
    await phase('web', 'Succeeded');
    await put('ConfigMap', 'low', 'colour: two\n');
    await until(async () => (await colour('web')) === 'two');
    await put('Secret', 'high', 'colour: three\n');
    await until(async () => (await colour('web')) === 'three');
    await put('Secret', 'later', 'colour: four\n');
    await until(async () => (await colour('web')) === 'four');
    await until(async () => (await revisions('web')).endsWith('4 deployed'));
  });

  it('from Secrets do not show in errors', async () => {
    const failing = '{{ fail (printf "cannot use %s" .Values.token) }}';
    await commit({ ...chartFiles, 'templates/bad.yaml': failing });
    await put('Secret', 'token', 'token: s3cr3t-value\n');
    await start();
    await release('web', { valuesFrom: [{ secretKeyRef: { name: 'token' } }] });
    await phase('web', 'DeployFailed', 1);
    await until(async () => (await events('web')).length > 0);
    const text = JSON.stringify([await events('web'), await statusOf('web')]);
    expect(text).toContain('cannot use [hidden]');
    expect(text).not.toContain('s3cr3t-value');
  });
});

describe('objects that others changed', slow, () => {
  const edit = async (): Promise<void> => {
    const how = { type: 'merge', fieldManager: 'kubectl-edit' } as const;
    await world.cluster.patch(kinds.ConfigMap, here('web-cm'), { data: { colour: 'odd' } }, how);
  };

  it('are named with field and manager, and left alone', async () => {
    await commit(chartFiles);
    await start();
    await release('web', {});
    await phase('web', 'Succeeded');
    await edit();
    await until(async () => condition(await statusOf('web'), 'Drifted') !== undefined);
    expect(condition(await statusOf('web'), 'Drifted')).toBe(
      'True: ConfigMap default/web-cm: data.colour was changed by kubectl-edit',
    );
    await until(async () => (await events('web')).some(({ reason }) => reason === 'DriftDetected'));
    expect(await colour('web')).toBe('odd');
    await change('web', { drift: { ignore: ['ConfigMap/web-cm:data.colour'] } });
    await until(async () => condition(await statusOf('web'), 'Drifted') === undefined);
  });

  it('are repaired when that is the policy, also when they are gone; fields of others stay', async () => {
    await commit(chartFiles);
    await start();
    await release('web', { drift: { policy: 'repair' } });
    await phase('web', 'Succeeded');
    const mine = { data: { mine: 'x' }, metadata: { labels: { team: 'a' } } };
    await world.cluster.patch(kinds.ConfigMap, here('web-cm'), mine, { type: 'merge' });
    await edit();
    await until(async () => (await colour('web')) === 'red');
    const live = await world.cluster.get(kinds.ConfigMap, here('web-cm'));
    expect(live).toMatchObject({ data: { mine: 'x' }, metadata: { labels: { team: 'a' } } });
    await world.cluster.delete(kinds.ConfigMap, here('web-cm'));
    await until(async () => (await colour('web')) === 'red');
    expect(await revisions('web')).toBe('1 deployed');
  });
});

describe('dependsOn', slow, () => {
  it('holds a release back until the other is released, and goes on at once', async () => {
    await commit(chartFiles);
    await start();
    await release('web', { dependsOn: [{ name: 'db' }] });
    await until(async () => condition(await statusOf('web'), 'Released') !== undefined);
    expect(condition(await statusOf('web'), 'Released')).toBe(
      'Unknown: waits for release default/db, which does not exist',
    );
    expect(await revisions('web')).toBe('');
    await release('db', {});
    await phase('web', 'Succeeded');
    expect(await revisions('db')).toBe('1 deployed');
  });

  it('in a circle is told, with the circle', async () => {
    await commit(chartFiles);
    await start();
    await release('a', { dependsOn: [{ name: 'b' }] });
    await release('b', { dependsOn: [{ name: 'a' }] });
    const status = await phase('b', 'Failed');
    expect(condition(status, 'Released')).toContain(
      'dependsOn goes in a circle: default/b → default/a → default/b',
    );
  });
});

describe('chart tests', slow, () => {
  const pod = `apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-test
  annotations: {helm.sh/hook: test}
spec:
  restartPolicy: Never
  containers: [{name: main, image: busybox}]
`;
  const files = { ...chartFiles, 'templates/tests/pod.yaml': pod };
  const ends = async (name: string, as: 'Succeeded' | 'Failed'): Promise<void> => {
    const key = here(`${name}-test`);
    await until(async () => (await world.cluster.get(kinds.Pod, key)) !== undefined);
    const how = { type: 'merge', subresource: 'status' } as const;
    await world.cluster.patch(kinds.Pod, key, { status: { phase: as } }, how);
  };

  it('run after an install, and their pods go', async () => {
    await commit(files);
    await start();
    await release('web', { test: { enable: true }, wait: false });
    await ends('web', 'Succeeded');
    const status = await phase('web', 'Succeeded');
    expect(condition(status, 'Tested')).toMatch(/^True/);
    expect(await world.cluster.get(kinds.Pod, here('web-test'))).toBeUndefined();
    const hooks = (await world.releases.last('web'))?.hooks;
    expect(hooks?.[0]?.last_run.phase).toBe('Succeeded');
  });

  it('that fail undo an install, roll an upgrade back, and may be ignored', async () => {
    await commit(files);
    await start();
    await release('web', { test: { enable: true }, wait: false });
    await ends('web', 'Failed');
    await phase('web', 'TestFailed', 1);
    await until(async () => (await revisions('web')) === '');

    await release('two', { test: { enable: true, ignoreFailures: true, cleanup: false } });
    await ends('two', 'Failed');
    await phase('two', 'Succeeded', 1);
    expect(await world.cluster.get(kinds.Pod, here('two-test'))).toBeDefined();
    await change('two', {
      values: { colour: 'blue' },
      rollback: { enable: true },
      test: { ignoreFailures: false, timeout: 1 },
    });
    const status = await phase('two', 'RolledBack', 2);
    expect(condition(status, 'RolledBack')).toContain('context deadline exceeded');
    expect(await revisions('two')).toBe('1 superseded, 2 superseded, 3 deployed');
  });
});

describe('the operator', slow, () => {
  it('reads nothing from the cluster in a pass that finds nothing to do', async () => {
    await commit(chartFiles);
    await put('ConfigMap', 'low', 'colour: one\n');
    await start();
    await release('web', { valuesFrom: [{ configMapKeyRef: { name: 'low' } }] });
    await phase('web', 'Succeeded');
    const passes = async (): Promise<number> => {
      const before = world.reads.length;
      world.feature?.enqueue(here('web'));
      await new Promise((resolve) => setTimeout(resolve, 150));
      return world.reads.length - before;
    };
    await until(async () => (await passes()) === 0);
    expect(await passes()).toBe(0);
  });

  it('tells its health and metrics, and asks git again when it is told to', async () => {
    await commit(chartFiles);
    await start();
    await release('web', {});
    await phase('web', 'Succeeded');
    const ask = async (path: string, method = 'GET'): Promise<[number, string]> => {
      const answer = await world.feature?.handle(new Request(`http://o${path}`, { method }));
      return [answer?.status ?? 0, (await answer?.text()) ?? ''];
    };
    expect(await ask('/healthz')).toEqual([200, 'OK']);
    expect(await ask('/api/v1/sync-git')).toEqual([405, 'Method Not Allowed']);
    expect(await ask('/api/v1/sync-git', 'POST')).toEqual([200, 'OK']);
    const labels = 'target_namespace="default",release_name="web"';
    await until(async () => (await ask('/metrics'))[1].includes('action="sync"'));
    const [, text] = await ask('/metrics');
    expect(text).toContain('flux_helm_operator_release_count 1');
    expect(text).toContain(
      `flux_helm_operator_release_action_duration_seconds_count{action="install",success="true",${labels}} 1`,
    );
    expect(text).toContain(
      `flux_helm_operator_release_condition_info{${labels},condition="Released"} 1`,
    );
  });
});

describe('a pull secret', slow, () => {
  it('lets in at its own host only, and its chart stays with those who have it', async () => {
    const archive = new Uint8Array(await archiveOf(chartFiles));
    const asked: string[] = [];
    const answer =
      (how: string): Transport =>
      (request) => {
        const { host } = new URL(request.url);
        const said = request.headers.get('authorization') ?? 'nobody';
        asked.push(`${how} ${host} ${said}`);
        const mayEnter = host !== 'private.example' || said !== 'nobody';
        if (!mayEnter) return Promise.resolve(new Response('', { status: 401 }));
        const isIndex = request.url.endsWith('index.yaml');
        const index = `apiVersion: v1\nentries:\n  demo:\n  - {name: demo, version: 0.1.0, apiVersion: v2, urls: ["https://files.example/demo.tgz"]}\n`;
        return Promise.resolve(new Response(isIndex ? index : archive));
      };
    const tls: unknown[] = [];
    await start({
      transport: answer('plain'),
      tlsTransport: (files) => {
        tls.push(files);
        return answer('tls');
      },
    });
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    await world.cluster.create(kinds.Secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: here('pull'),
      data: { username: base64('me'), password: base64('pw'), caFile: base64('PEM') },
    });
    const source = { repository: 'https://private.example', name: 'demo', version: '0.1.0' };
    await release('web', { chart: { ...source, chartPullSecret: { name: 'pull' } } });
    await phase('web', 'Succeeded');
    expect(tls).toEqual([{ ca: 'PEM' }]);
    expect(asked).toEqual([
      `tls private.example Basic ${base64('me:pw')}`,
      'plain files.example nobody',
    ]);
    await release('thief', { chart: source });
    await phase('thief', 'ChartFetchFailed', 1);
    await release('lost', { chart: { ...source, chartPullSecret: { name: 'none' } } });
    await phase('lost', 'ChartFetchFailed', 1);
    await until(async () =>
      JSON.stringify(await events('lost')).includes('chart pull secret default/none not found'),
    );
  });
});

describe('what went wrong in the original', slow, () => {
  const broken = `${template}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Not-A-Name\n`;

  it('a failure in values is told, although the release goes to another namespace', async () => {
    await commit(chartFiles);
    await start();
    await release('web', {
      targetNamespace: 'kube-system',
      valuesFrom: [{ secretKeyRef: { name: 'none' } }],
    });
    const status = await phase('web', 'Failed', 1);
    expect(condition(status, 'Released')).toContain('secrets "none" not found');
  });

  it('rolled back with endless history it stays rolled back', async () => {
    await commit(chartFiles);
    await start();
    await release('web', { wait: false, maxHistory: 0, rollback: { enable: true } });
    await phase('web', 'Succeeded');
    await commit({ 'templates/cm.yaml': broken });
    await phase('web', 'RolledBack', 1);
    world.feature?.enqueue(here('web'));
    await release('mark', { chart: {} });
    await phase('mark', 'ChartFetchFailed', 1);
    expect(await revisions('web')).toBe('1 superseded, 2 failed, 3 deployed');
  });

  it('retries end, and the status says why and that they ended', async () => {
    await commit(chartFiles);
    await start({ settings: { chartsSyncIntervalMs: 50 } });
    const rollback = { enable: true, retry: true, maxRetries: 1 };
    await release('web', { wait: false, rollback });
    await phase('web', 'Succeeded');
    await commit({ 'templates/cm.yaml': broken });
    await until(async () => (await statusOf('web')).rollbackCount === 2);
    const status = await phase('web', 'RolledBack', 1);
    expect(condition(status, 'RolledBack')).toContain('Not-A-Name');
    expect(condition(status, 'RolledBack')).toContain('all 1 retries have failed');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await statusOf('web')).rollbackCount).toBe(2);
  });

  it('names with dashes are not taken for one another', async () => {
    await commit(chartFiles);
    const { cluster } = world;
    for (const name of ['a', 'a-b']) {
      const metadata = { name };
      await cluster.create(kinds.Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata });
    }
    await start();
    const chart = { git: repositoryUrl(), path: 'charts/demo' };
    const base = { apiVersion: 'helm.fluxcd.io/v1', kind: 'HelmRelease' };
    const kind = { ...base, plural: 'helmreleases', namespaced: true };
    const keys = [
      { namespace: 'a', name: 'b-c' },
      { namespace: 'a-b', name: 'c' },
    ];
    for (const metadata of keys) {
      await cluster.create(kind, { ...base, metadata, spec: { chart, releaseName: 'same' } });
    }
    for (const key of keys) {
      await until(async () => {
        const map = await cluster.get(kinds.ConfigMap, { ...key, name: 'same-cm' });
        return map !== undefined;
      });
    }
  });
});
