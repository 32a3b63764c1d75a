import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectls } from '../../../test/programs.ts';
import { startKubectlBench, type KubectlBench, type Ran } from './testing/kubectl.ts';

// The machine's own kubectl, and Debian's old one (1.20) where it was unpacked; see test/programs.ts.
const present = kubectls();
const programs = present.length > 0 ? present : [{ program: 'kubectl', version: 'absent' }];

describe.each(programs)('kubectl $version', ({ program }) => {
  const found = present.length > 0;
  let bench: KubectlBench;
  beforeAll(async () => {
    if (found) bench = await startKubectlBench(program);
  });
  afterAll(async () => {
    if (found) await bench.close();
  });

  const kubectl = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await bench.run(args);
    expect(`${err}${code === 0 ? '' : ` (exit ${code})`}`).toBe('');
    return out;
  };
  const feed = (input: unknown, ...args: string[]): Promise<Ran> =>
    bench.run(args, JSON.stringify(input));

  it.skipIf(!found)('reads discovery, version and namespaces', async () => {
    expect(await kubectl('get', 'namespaces')).toMatch(
      /^NAME +STATUS +AGE\ndefault +Active +\d+s\nkube-node-lease/,
    );
    const resources = await kubectl('api-resources', '--no-headers');
    for (const name of [
      'configmaps',
      'deployments',
      'ingresses',
      'customresourcedefinitions',
      'jobs',
    ])
      expect(resources).toContain(name);
    expect(await kubectl('version', '-o', 'json')).toContain('"gitVersion": "v1.33');
    expect(await kubectl('get', '--raw', '/readyz')).toBe('ok');
  });

  it.skipIf(!found)('creates what its own generators make', async () => {
    expect(await kubectl('create', 'namespace', 'n')).toBe('namespace/n created\n');
    expect(await kubectl('create', 'configmap', 'c', '--from-literal=a=1')).toBe(
      'configmap/c created\n',
    );
    await kubectl('create', 'secret', 'generic', 's', '--from-literal=p=w');
    await kubectl('create', 'serviceaccount', 'sa');
    await kubectl('create', 'deployment', 'd', '--image=nginx:1', '--replicas=2');
    await kubectl('create', 'job', 'j', '--image=busybox', '--', 'true');
    expect(await kubectl('get', 'configmap', 'c', '-o', 'jsonpath={.data.a}')).toBe('1');
    expect(await kubectl('get', 'secret', 's', '-o', 'jsonpath={.data.p}')).toBe('dw==');
    expect(await kubectl('get', 'deployment', 'd', '-o', 'jsonpath={.spec.replicas}')).toBe('2');
    expect(await kubectl('get', 'all')).toMatch(/deployment.apps\/d +0\/2/);
  });

  const manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'web:1' }] },
      },
    },
  };

  it.skipIf(!found)('applies, sees no change, applies a change, in both ways', async () => {
    const apply = (input: object, ...more: string[]): Promise<Ran> =>
      feed(input, 'apply', '-f', '-', ...more);
    expect(await apply(manifest)).toEqual({
      code: 0,
      out: 'deployment.apps/web created\n',
      err: '',
    });
    expect((await apply(manifest)).out).toBe('deployment.apps/web unchanged\n');
    const two = structuredClone(manifest);
    two.spec.template.spec.containers[0]!.image = 'web:2';
    expect((await apply(two)).out).toBe('deployment.apps/web configured\n');
    expect(await kubectl('get', 'deployment', 'web', '-o', 'wide', '--no-headers')).toContain(
      'web:2',
    );
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'ssa' },
      data: { a: '1' },
    };
    expect((await apply(map, '--server-side')).out).toBe('configmap/ssa serverside-applied\n');
    const other = await apply(
      { ...map, data: { a: '2' } },
      '--server-side',
      '--field-manager=other',
    );
    expect(other.err).toContain('conflict with "kubectl": .data.a');
    expect(
      (
        await apply(
          { ...map, data: { a: '2' } },
          '--server-side',
          '--field-manager=other',
          '--force-conflicts',
        )
      ).code,
    ).toBe(0);
  });

  it.skipIf(!found)('refuses a field nobody knows', async () => {
    const wrong = {
      ...manifest,
      metadata: { name: 'wrong' },
      spec: { ...manifest.spec, replica: 1 },
    };
    const { code, err } = await feed(wrong, 'apply', '-f', '-');
    expect(code).toBe(1);
    expect(err).toMatch(/unknown field "(spec\.)?replica"/);
  });

  it.skipIf(!found)('labels, annotates, patches, scales, edits the image', async () => {
    await kubectl('label', 'deployment', 'web', 'tier=front');
    await kubectl('annotate', 'deployment', 'web', 'why=because');
    await kubectl(
      'patch',
      'deployment',
      'web',
      '-p',
      '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"s"}]}}}}',
    );
    await kubectl(
      'patch',
      'deployment',
      'web',
      '--type=json',
      '-p',
      '[{"op":"add","path":"/spec/paused","value":true}]',
    );
    await kubectl('scale', 'deployment', 'web', '--replicas=3');
    await kubectl('set', 'image', 'deployment/web', 'web=web:3');
    const live = JSON.parse(await kubectl('get', 'deployment', 'web', '-o', 'json')) as {
      metadata: { labels: object; annotations: Record<string, string> };
      spec: {
        replicas: number;
        paused: boolean;
        template: { spec: { containers: { name: string; image: string }[] } };
      };
    };
    expect(live.metadata.labels).toEqual({ app: 'web', tier: 'front' });
    expect(live.metadata.annotations['why']).toBe('because');
    expect(live.spec).toMatchObject({ replicas: 3, paused: true });
    expect(live.spec.template.spec.containers.map(({ name, image }) => `${name} ${image}`)).toEqual(
      ['side s', 'web web:3'],
    );
  });

  it.skipIf(!found)('describes, with events', async () => {
    await feed(
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'web.1', namespace: 'default' },
        involvedObject: {
          kind: 'Deployment',
          name: 'web',
          namespace: 'default',
          uid: await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.metadata.uid}'),
        },
        reason: 'ScalingReplicaSet',
        message: 'Scaled up',
        type: 'Normal',
        count: 1,
        firstTimestamp: new Date().toISOString(),
        lastTimestamp: new Date().toISOString(),
        source: { component: 'deployment-controller' },
      },
      'create',
      '-f',
      '-',
    );
    const text = await kubectl('describe', 'deployment', 'web');
    expect(text).toMatch(/Name: +web\n/);
    expect(text).toMatch(/Replicas: +3 desired/);
    expect(text).toMatch(/ScalingReplicaSet .*Scaled up/);
    expect(await kubectl('get', 'events')).toMatch(
      /Normal +ScalingReplicaSet +deployment\/web +Scaled up/,
    );
  });

  it.skipIf(!found)('watches: rows appear as things change', async () => {
    const watch = bench.start(['get', 'configmaps', '-w']);
    await watch.until((lines) => lines.some((line) => line.startsWith('c ')));
    await kubectl('create', 'configmap', 'seen', '--from-literal=a=1');
    await watch.until((lines) => lines.some((line) => /^seen +1 +/.test(line)));
    expect(watch.lines.filter((line) => line.startsWith('NAME'))).toHaveLength(1);
  });

  it.skipIf(!found)('waits for a condition, and for the end of a thing', async () => {
    const ready = bench.run([
      'wait',
      '--for=condition=Available',
      'deployment/web',
      '--timeout=20s',
    ]);
    const condition = {
      type: 'Available',
      status: 'True',
      reason: 'X',
      message: 'x',
      lastUpdateTime: null,
      lastTransitionTime: null,
    };
    const path = '/apis/apps/v1/namespaces/default/deployments/web/status';
    await bench.server.transport(
      new Request(`http://local${path}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ status: { conditions: [condition] } }),
      }),
    );
    expect((await ready).out).toBe('deployment.apps/web condition met\n');
    const map = '/api/v1/namespaces/default/configmaps/seen';
    const patch = (body: object): Promise<Response> =>
      bench.server.transport(
        new Request(`http://local${map}`, {
          method: 'PATCH',
          headers: { 'content-type': 'application/merge-patch+json' },
          body: JSON.stringify(body),
        }),
      );
    await patch({ metadata: { finalizers: ['example.com/held'] } });
    const deleted = bench.run(['delete', 'configmap', 'seen', '--timeout=20s']);
    const isLeaving = async (): Promise<boolean> => {
      const answer = await bench.server.transport(new Request(`http://local${map}`));
      return (await answer.text()).includes('deletionTimestamp');
    };
    while (!(await isLeaving())) await new Promise(setImmediate);
    await patch({ metadata: { finalizers: null } });
    expect(await deleted).toMatchObject({ code: 0, out: 'configmap "seen" deleted\n' });
  });

  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
            },
          },
        },
      ],
    },
  };

  it.skipIf(!found)('works with a definition of its own from the first moment', async () => {
    const widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: { size: 4 },
    };
    expect((await feed(definition, 'apply', '-f', '-')).out).toBe(
      'customresourcedefinition.apiextensions.k8s.io/widgets.example.com created\n',
    );
    await kubectl(
      'wait',
      '--for=condition=Established',
      'crd/widgets.example.com',
      '--timeout=10s',
    );
    expect(await feed(widget, 'apply', '-f', '-')).toMatchObject({
      code: 0,
      out: 'widget.example.com/w created\n',
    });
    expect(await kubectl('get', 'wd')).toMatch(/^NAME +SIZE\nw +4\n$/);
    expect((await feed({ ...widget, spec: { size: 5 } }, 'apply', '-f', '-')).out).toBe(
      'widget.example.com/w configured\n',
    );
    expect((await feed({ ...widget, spec: { size: 'x' } }, 'apply', '-f', '-')).code).toBe(1);
    expect(await kubectl('describe', 'widget', 'w')).toMatch(/Size: +5/);
    expect(await kubectl('delete', 'crd', 'widgets.example.com')).toContain('deleted');
  });

  it.skipIf(!found)('shows the log of a pod', async () => {
    await feed(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p' },
        spec: { containers: [{ name: 'c', image: 'i' }] },
      },
      'create',
      '-f',
      '-',
    );
    const { err } = await bench.run(['logs', 'p']);
    expect(err).toContain('pod p does not have a host assigned');
    bench.server.setPodRuntime({
      logs: () => Promise.resolve(new Blob(['hello from c\n']).stream()),
      exec: () => Promise.reject(new Error('no exec here')),
      dial: () => Promise.reject(new Error('no ports here')),
    });
    await bench.server.transport(
      new Request('http://local/api/v1/namespaces/default/pods/p/status', {
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({
          status: {
            phase: 'Running',
            containerStatuses: [
              {
                name: 'c',
                image: 'i',
                imageID: '',
                ready: true,
                restartCount: 0,
                state: { running: { startedAt: null } },
              },
            ],
          },
        }),
      }),
    );
    expect(await kubectl('logs', 'p')).toBe('hello from c\n');
    expect(await kubectl('get', 'pods')).toMatch(/p +1\/1 +Running +0 +/);
  });

  it.skipIf(!found)('runs a command in a pod, with input, output and exit code', async () => {
    bench.server.setPodRuntime({
      logs: () => Promise.reject(new Error('no logs here')),
      exec: (_pod, { command, stdin }) =>
        Promise.resolve({
          stdout: stdin ?? new Blob([`ran ${command.join(' ')}\n`]).stream(),
          stderr: new Blob(['to stderr\n']).stream(),
          exit: Promise.resolve(command[0] === 'fail' ? 7 : 0),
        }),
      dial: () => Promise.reject(new Error('no ports here')),
    });
    expect(await bench.run(['exec', 'p', '--', 'a', 'b'])).toMatchObject({
      code: 0,
      out: 'ran a b\n',
    });
    const failed = await bench.run(['exec', 'p', '--', 'fail']);
    expect(failed).toMatchObject({ code: 7, out: 'ran fail\n' });
    expect(failed.err).toContain('to stderr\n');
    const big = 'x'.repeat(300_000);
    expect((await bench.run(['exec', '-i', 'p', '--', 'cat'], big)).out).toBe(big);
  });

  it.skipIf(!found)('forwards a port', async () => {
    const backend = http.createServer((request, response) => {
      response.end(`${request.url} `.repeat(20_000));
    });
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const at = { host: '127.0.0.1', port: (backend.address() as AddressInfo).port };
    bench.server.setPodRuntime({
      logs: () => Promise.reject(new Error('no logs here')),
      exec: () => Promise.reject(new Error('no exec here')),
      dial: () => Promise.resolve(at),
    });
    const forward = bench.start(['port-forward', 'pod/p', ':8080']);
    await forward.until((lines) => lines.some((line) => line.includes('Forwarding from')));
    const [, port] = /127\.0\.0\.1:(\d+) ->/.exec(forward.lines.join('\n')) ?? [];
    const texts = await Promise.all(
      ['/a', '/b'].map(async (url) => (await fetch(`http://127.0.0.1:${port}${url}`)).text()),
    );
    expect(texts).toEqual(['/a '.repeat(20_000), '/b '.repeat(20_000)]);
    forward.child.kill();
    backend.closeAllConnections();
    backend.close();
  });

  it.skipIf(!found)('deletes what it made', async () => {
    expect(await kubectl('delete', 'deployment', 'web', 'd')).toBe(
      'deployment.apps "web" deleted\ndeployment.apps "d" deleted\n',
    );
    expect(await kubectl('delete', 'configmap', '--all')).toContain('configmap "c" deleted');
    const absent = await bench.run(['get', 'deployment', 'web']);
    expect(absent.err).toBe('Error from server (NotFound): deployments.apps "web" not found\n');
  });
});
