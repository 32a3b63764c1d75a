import { describe, expect, it } from 'vitest';
import { isRecord } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { parseFunction } from '../../../api/function/index.ts';
import type { FunctionObject, FunctionSpec } from '../../../api/function/index.ts';
import { defaultSettings } from '../settings.ts';
import { decideFunction } from './decide.ts';
import type { FunctionView } from './decide.ts';
import { deploymentOf, replicasOf, serviceOf, specAnnotation } from './deployment.ts';
import { secondsOf } from './go-duration.ts';

const functionOf = (spec: Partial<FunctionSpec> & { name: string }): FunctionObject =>
  parseFunction({
    apiVersion: 'openfaas.com/v1',
    kind: 'Function',
    metadata: { name: spec.name, namespace: 'openfaas-fn', uid: 'u1', generation: 1 },
    spec: { image: 'example/fn:1', ...spec },
  });

const podinfo = functionOf({
  name: 'podinfo',
  image: 'stefanprodan/podinfo:3.1.0',
  annotations: {
    'com.openfaas.health.http.path': '/healthz',
    'com.openfaas.health.http.initialDelay': '2s',
  },
  labels: { 'com.openfaas.scale.min': '1', 'com.openfaas.scale.max': '5' },
  environment: { PODINFO_UI_COLOR: '#34577c', PODINFO_PORT: '8080' },
});
const certinfo = functionOf({ name: 'certinfo', readOnlyRootFilesystem: true });

interface Pod {
  template: { metadata: JsonRecord; spec: JsonRecord & { containers: [JsonRecord] } };
  selector: JsonRecord;
  replicas: number;
}
const specOf = (object: KubeObject): Pod => object.spec as unknown as Pod;
const deployment = (object: FunctionObject, secrets: FunctionView['secrets'] = []): KubeObject =>
  deploymentOf(object, secrets, defaultSettings);

describe('the worked example of the GitOps sample', () => {
  it('makes podinfo as faas-netes does', () => {
    const made = specOf(deployment(podinfo));
    const [container] = made.template.spec.containers;
    expect(made.replicas).toBe(1);
    expect(made.selector).toEqual({ matchLabels: { app: 'podinfo', controller: 'podinfo' } });
    expect(made.template.metadata.labels).toEqual({
      app: 'podinfo',
      controller: 'podinfo',
      faas_function: 'podinfo',
      'com.openfaas.scale.min': '1',
      'com.openfaas.scale.max': '5',
    });
    for (const probe of [container.readinessProbe, container.livenessProbe]) {
      expect(probe).toMatchObject({
        httpGet: { path: '/healthz', port: 8080 },
        initialDelaySeconds: 2,
        successThreshold: 1,
        failureThreshold: 3,
      });
    }
    expect(container.env).toEqual([
      { name: 'PODINFO_PORT', value: '8080' },
      { name: 'PODINFO_UI_COLOR', value: '#34577c' },
    ]);
    expect(made.template.spec.terminationGracePeriodSeconds).toBe(32);
    expect(made.template.spec.volumes).toEqual([]);
  });

  it('makes certinfo with a read-only root and a writable /tmp', () => {
    const { template } = specOf(deployment(certinfo));
    const [container] = template.spec.containers;
    expect(container.readinessProbe).toMatchObject({ httpGet: { path: '/_/health' } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
    });
    expect(template.spec.volumes).toEqual([{ name: 'temp', emptyDir: {} }]);
    expect(container.volumeMounts).toEqual([{ name: 'temp', mountPath: '/tmp', readOnly: false }]);
  });

  it('looks for the lock file when HTTP probes are off', () => {
    const made = deploymentOf(certinfo, [], { ...defaultSettings, httpProbe: false });
    expect(specOf(made).template.spec.containers[0].livenessProbe).toMatchObject({
      exec: { command: ['cat', '/tmp/.lock'] },
    });
  });

  it('makes a Service to 8080 and owns both', () => {
    const service = serviceOf(podinfo);
    expect(service.spec).toMatchObject({
      type: 'ClusterIP',
      selector: { faas_function: 'podinfo' },
      ports: [{ name: 'http', port: 8080, targetPort: 8080 }],
    });
    for (const each of [service, deployment(podinfo)]) {
      expect(each.metadata.ownerReferences?.[0]).toMatchObject({
        kind: 'Function',
        uid: 'u1',
        controller: true,
      });
    }
  });
});

describe('parts of the pod', () => {
  const pod = (spec: Partial<FunctionSpec>, secrets: FunctionView['secrets'] = []): JsonRecord =>
    specOf(deployment(functionOf({ name: 'fn', ...spec }), secrets)).template.spec;
  const container = (spec: Partial<FunctionSpec>): JsonRecord =>
    (pod(spec).containers as [JsonRecord])[0];

  it('puts fprocess first and sorts the rest', () => {
    expect(container({ handler: 'node x.js', environment: { b: '2', a: '1' } }).env).toEqual([
      { name: 'fprocess', value: 'node x.js' },
      { name: 'a', value: '1' },
      { name: 'b', value: '2' },
    ]);
  });

  it('projects secrets as files and uses registry secrets for pulling', () => {
    const made = pod({ secrets: ['db', 'hub'] }, [
      { name: 'db', type: 'Opaque', keys: ['user', 'password'] },
      { name: 'hub', type: 'kubernetes.io/dockerconfigjson', keys: ['.dockerconfigjson'] },
    ]);
    expect(made.imagePullSecrets).toEqual([{ name: 'hub' }]);
    expect(made.volumes).toEqual([
      {
        name: 'fn-projected-secrets',
        projected: {
          sources: [
            {
              secret: {
                name: 'db',
                items: [
                  { key: 'password', path: 'password' },
                  { key: 'user', path: 'user' },
                ],
              },
            },
          ],
        },
      },
    ]);
    expect((made.containers as [JsonRecord])[0].volumeMounts).toEqual([
      { name: 'fn-projected-secrets', readOnly: true, mountPath: '/var/openfaas/secrets' },
    ]);
  });

  it('leaves empty resources out and keeps the others', () => {
    expect(
      container({ limits: { cpu: '', memory: '128Mi' }, requests: { cpu: '10m' } }).resources,
    ).toEqual({ limits: { memory: '128Mi' }, requests: { cpu: '10m' } });
  });

  it('takes constraints with exactly one equals sign, and the service account', () => {
    const made = pod({
      constraints: ['disk=ssd', 'bad', 'a=b=c'],
      annotations: { 'com.openfaas.serviceaccount': 'robot' },
    });
    expect(made.nodeSelector).toEqual({ disk: 'ssd' });
    expect(made.serviceAccountName).toBe('robot');
  });

  it('ends two seconds after write_timeout', () => {
    expect(pod({ environment: { write_timeout: '1m' } }).terminationGracePeriodSeconds).toBe(62);
    expect(pod({ environment: { write_timeout: 'soon' } }).terminationGracePeriodSeconds).toBe(32);
  });

  it('does not let a label take the pods out of the selector', () => {
    const made = specOf(deployment(functionOf({ name: 'fn', labels: { app: 'other' } })));
    expect(made.template.metadata.labels).toMatchObject({ app: 'fn' });
  });

  it.each([
    ['a quantity', { limits: { memory: '128 MB' } }, 'spec.limits.memory'],
    [
      'a probe delay',
      { annotations: { 'com.openfaas.health.http.initialDelay': '2' } },
      'time: missing unit in duration "2"',
    ],
  ])('says which field has a bad value: %s', (_what, spec, text) => {
    expect(() => pod(spec)).toThrow(text);
  });
});

describe('secondsOf', () => {
  it.each([
    ['0', 0],
    ['2s', 2],
    ['1m30s', 90],
    ['1.5h', 5400],
    ['500ms', 0.5],
    ['-1s', -1],
  ])('%s', (text, seconds) => {
    expect(secondsOf(text)).toBeCloseTo(seconds);
  });
  it.each(['', '2', 's', '2x', '1s2'])('refuses %j', (text) => {
    expect(() => secondsOf(text)).toThrow('duration');
  });
});

describe('replicasOf', () => {
  it.each([
    ['new, no label', undefined, undefined, 1],
    ['new, minimum 2', '2', undefined, 2],
    ['scaled to zero stays', '2', 0, 0],
    ['scaled up stays', '1', 7, 7],
    ['under the minimum is raised', '3', 1, 3],
    ['a minimum that is no number counts as 1', 'many', undefined, 1],
  ])('%s', (_what, min, live, replicas) => {
    const labels: Record<string, string> =
      min === undefined ? {} : { 'com.openfaas.scale.min': min };
    expect(replicasOf({ name: 'fn', image: 'x', labels }, live)).toBe(replicas);
  });
});

/** The object as a server gives it back: with defaults filled in. */
function asStored(object: KubeObject): KubeObject {
  const copy = structuredClone(object);
  const { template } = specOf(copy);
  Object.assign(template.spec, { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst' });
  template.spec.containers[0].terminationMessagePath = '/dev/termination-log';
  if (isRecord(template.spec.nodeSelector)) delete template.spec.nodeSelector;
  copy.metadata.annotations = {
    ...copy.metadata.annotations,
    'deployment.kubernetes.io/revision': '1',
  };
  copy.metadata.generation = 1;
  copy.status = {
    observedGeneration: 1,
    replicas: 1,
    updatedReplicas: 1,
    availableReplicas: 1,
  };
  return copy;
}

describe('decideFunction', () => {
  const empty: FunctionView = {
    deployment: undefined,
    service: undefined,
    secrets: [],
    missingSecrets: [],
  };
  const settled: FunctionView = {
    ...empty,
    deployment: asStored(deployment(podinfo)),
    service: serviceOf(podinfo),
  };
  const decide = (view: FunctionView, object = podinfo): string => {
    const decision = decideFunction(object, view, defaultSettings);
    return decision.is === 'act'
      ? `${decision.step.do} ${decision.step.object.kind}`
      : `${decision.is}: ${decision.because}`;
  };
  const changed = (edit: (deployment: KubeObject) => void): FunctionView => {
    const copy = structuredClone(settled.deployment!);
    edit(copy);
    return { ...settled, deployment: copy };
  };

  it.each<[string, FunctionView, string]>([
    ['nothing is there', empty, 'create Deployment'],
    ['the Service is missing', { ...settled, service: undefined }, 'create Service'],
    ['all is as it should be', settled, 'done: All replicas are available'],
    [
      'somebody changed the image by hand',
      changed((each) => (specOf(each).template.spec.containers[0].image = 'evil:1')),
      'replace Deployment',
    ],
    [
      'somebody added a variable',
      changed((each) =>
        (specOf(each).template.spec.containers[0].env as JsonRecord[]).push({ name: 'X' }),
      ),
      'replace Deployment',
    ],
    [
      'somebody added limits',
      changed((each) => {
        specOf(each).template.spec.containers[0].resources = { limits: { cpu: '1' } };
      }),
      'replace Deployment',
    ],
    [
      'the server dropped what is zero or false',
      changed((each) => {
        const [container] = specOf(each).template.spec.containers;
        delete (container.securityContext as JsonRecord).readOnlyRootFilesystem;
      }),
      'done: All replicas are available',
    ],
    [
      'somebody scaled it up',
      changed((each) => Object.assign(each.spec as object, { replicas: 3 })),
      'wait: 1 of 3 replicas are available',
    ],
    [
      'it was scaled to zero',
      changed((each) => {
        Object.assign(each.spec as object, { replicas: 0 });
        each.status = { observedGeneration: 1 };
      }),
      'done: Scaled to zero',
    ],
    [
      'a rollout restart stands in the template',
      changed((each) => {
        const { metadata } = specOf(each).template;
        Object.assign(metadata.annotations as object, {
          'kubectl.kubernetes.io/restartedAt': '2026-01-01',
        });
      }),
      'done: All replicas are available',
    ],
    [
      'the selector is that of the provider without CRDs',
      changed((each) =>
        Object.assign(specOf(each).selector, { matchLabels: { faas_function: 'podinfo' } }),
      ),
      'delete Deployment',
    ],
    [
      'the Service points elsewhere',
      { ...settled, service: { ...settled.service!, spec: { ports: [] } } },
      'replace Service',
    ],
  ])('%s', (_what, view, decision) => {
    expect(decide(view)).toBe(decision);
  });

  it('rolls pods for a new image, keeps a number set by an autoscaler, and updates the marker', () => {
    const next = parseFunction({ ...podinfo, spec: { ...podinfo.spec, image: 'a/podinfo:3.1.1' } });
    const view = changed((each) => Object.assign(each.spec as object, { replicas: 4 }));
    const decision = decideFunction(next, view, defaultSettings);
    if (decision.is !== 'act') throw new Error('nothing to do');
    const { object } = decision.step;
    expect(specOf(object).replicas).toBe(4);
    expect(specOf(object).template.spec.containers[0].image).toBe('a/podinfo:3.1.1');
    expect(JSON.parse(object.metadata.annotations?.[specAnnotation] ?? '')).toMatchObject({
      image: 'a/podinfo:3.1.1',
    });
    expect(specOf(object).template.metadata.annotations).not.toHaveProperty(specAnnotation);
  });

  it('takes an annotation away that the function no longer has, and leaves those of others', () => {
    const next = parseFunction({ ...podinfo, spec: { ...podinfo.spec, annotations: {} } });
    const decision = decideFunction(next, settled, defaultSettings);
    if (decision.is !== 'act') throw new Error('nothing to do');
    expect(Object.keys(decision.step.object.metadata.annotations ?? {}).toSorted()).toEqual([
      'com.openfaas.function.spec',
      'deployment.kubernetes.io/revision',
      'prometheus.io.scrape',
    ]);
  });

  it.each<[string, FunctionView, string]>([
    ['a missing secret', { ...empty, missingSecrets: ['db'] }, 'secret "db" not found'],
    [
      'a name that belongs to somebody else',
      { ...settled, deployment: { ...settled.deployment!, metadata: { name: 'podinfo' } } },
      'Resource "podinfo" already exists and is not managed by OpenFaaS',
    ],
  ])('refuses %s', (_what, view, text) => {
    expect(() => decide(view)).toThrow(text);
  });
});
