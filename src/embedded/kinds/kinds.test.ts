import { describe, expect, it } from 'vitest';
import type { JsonRecord, KubeObject } from '../../base/index.ts';
import { canonicalize, fieldErrorText, typeOf } from '../../lib/schema/index.ts';
import {
  applyDefaults,
  builtinResources,
  convert,
  fieldLabelsOf,
  fieldsOf,
  prepareCreate,
  prepareUpdate,
  resourceOf,
  tableOf,
  validateCreate,
  validateMeta,
  validateUpdate,
} from './index.ts';

const object = (apiVersion: string, kind: string, rest: JsonRecord = {}): KubeObject => ({
  apiVersion,
  kind,
  ...rest,
  metadata: { name: 'x', namespace: 'n', ...(rest['metadata'] as object) },
});

const defaulted = (given: KubeObject): KubeObject => {
  const copy = structuredClone(given);
  applyDefaults(copy);
  return copy;
};

/** As the server makes it: canonical, prepared, defaulted. */
const created = (given: KubeObject): KubeObject => {
  const type = typeOf(given.apiVersion, given.kind)!;
  const made = canonicalize(type, given) as KubeObject;
  prepareCreate(made);
  applyDefaults(made);
  return made;
};

const pod = (containers: JsonRecord[], more: JsonRecord = {}): JsonRecord => ({
  metadata: { labels: { a: 'b' } },
  spec: { containers, ...more },
});

const deployment = (spec: JsonRecord = {}): KubeObject =>
  object('apps/v1', 'Deployment', {
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: pod([{ name: 'c', image: 'i:1' }]),
      ...spec,
    },
  });

describe('registry', () => {
  it('has a type for every resource, and every storage version is served', () => {
    for (const each of builtinResources) {
      expect(typeOf(each.apiVersion, each.kind), `${each.apiVersion} ${each.kind}`).toBeDefined();
      expect(resourceOf(each.storageVersion, each.kind)?.plural).toBe(each.plural);
    }
  });

  it.each([
    [
      'pods',
      'v1',
      { shortNames: ['po'], categories: ['all'], deleteReply: 'object', hasStatus: true },
    ],
    ['namespaces', 'v1', { namespaced: false, nameRule: 'label' }],
    ['jobs', 'batch/v1', { defaultPropagation: 'Orphan', generation: true }],
    ['leases', 'coordination.k8s.io/v1', { unconditionalUpdate: false, createOnPut: true }],
    ['ingresses', 'extensions/v1beta1', { storageVersion: 'networking.k8s.io/v1' }],
    ['deployments', 'extensions/v1beta1', { profiles: ['legacy'], storageVersion: 'apps/v1' }],
    ['events', 'events.k8s.io/v1', { storageGroup: '', storageVersion: 'v1' }],
    [
      'clusterroles',
      'rbac.authorization.k8s.io/v1',
      { nameRule: 'pathSegment', deleteReply: 'status' },
    ],
    ['tokenreviews', 'authentication.k8s.io/v1', { virtual: true, verbs: ['create'] }],
  ])('%s of %s', (plural, apiVersion, wanted) => {
    expect(
      builtinResources.find((each) => each.plural === plural && each.apiVersion === apiVersion),
    ).toMatchObject(wanted);
  });

  it('namespaces have no deletecollection; deployments/scale is of autoscaling/v1', () => {
    expect(resourceOf('v1', 'Namespace')?.verbs).not.toContain('deletecollection');
    expect(resourceOf('apps/v1', 'Deployment')?.subresources[0]).toMatchObject({
      name: 'scale',
      kind: 'Scale',
      group: 'autoscaling',
      version: 'v1',
    });
  });

  it('says which versions are old', () => {
    expect(resourceOf('extensions/v1beta1', 'Ingress')?.deprecation).toBe(
      'extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress',
    );
  });
});

describe('defaults', () => {
  it('of a Deployment', () => {
    expect(defaulted(deployment())['spec']).toEqual({
      replicas: 1,
      selector: { matchLabels: { a: 'b' } },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
      },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      template: {
        metadata: { labels: { a: 'b' } },
        spec: {
          restartPolicy: 'Always',
          dnsPolicy: 'ClusterFirst',
          terminationGracePeriodSeconds: 30,
          securityContext: {},
          schedulerName: 'default-scheduler',
          containers: [
            {
              name: 'c',
              image: 'i:1',
              imagePullPolicy: 'IfNotPresent',
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
              resources: {},
            },
          ],
        },
      },
    });
  });

  it.each([
    ['x', 'Always'],
    ['x:latest', 'Always'],
    ['localhost:5000/x', 'Always'],
    ['x:1', 'IfNotPresent'],
    ['x@sha256:0', 'IfNotPresent'],
  ])('image %s is pulled %s', (image, policy) => {
    const given = defaulted(object('v1', 'Pod', { spec: { containers: [{ name: 'c', image }] } }));
    expect(given).toMatchObject({ spec: { containers: [{ imagePullPolicy: policy }] } });
  });

  it('of a Pod, its probes and volumes', () => {
    const spec = {
      hostNetwork: true,
      containers: [
        {
          name: 'c',
          image: 'x:1',
          ports: [{ containerPort: 80 }],
          resources: { limits: { cpu: '1' } },
          livenessProbe: { httpGet: { port: 80 } },
          readinessProbe: { grpc: { port: 1 }, timeoutSeconds: 5 },
          env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        },
      ],
      volumes: [
        { name: 'none' },
        { name: 's', secret: { secretName: 's' } },
        { name: 'h', hostPath: { path: '/' } },
        { name: 'p', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      ],
    };
    expect(defaulted(object('v1', 'Pod', { spec }))).toMatchObject({
      spec: {
        enableServiceLinks: true,
        containers: [
          {
            ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }],
            resources: { limits: { cpu: '1' }, requests: { cpu: '1' } },
            livenessProbe: {
              httpGet: { path: '/', port: 80, scheme: 'HTTP' },
              timeoutSeconds: 1,
              periodSeconds: 10,
              successThreshold: 1,
              failureThreshold: 3,
            },
            readinessProbe: { grpc: { port: 1, service: '' }, timeoutSeconds: 5 },
            env: [{ valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }],
          },
        ],
        volumes: [
          { name: 'none', emptyDir: {} },
          { secret: { secretName: 's', defaultMode: 420 } },
          { hostPath: { path: '/', type: '' } },
          {
            projected: {
              defaultMode: 420,
              sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }],
            },
          },
        ],
      },
    });
  });

  it.each<[string, JsonRecord, JsonRecord]>([
    [
      'ClusterIP',
      { ports: [{ port: 80 }] },
      {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      },
    ],
    [
      'LoadBalancer',
      { type: 'LoadBalancer', ports: [{ port: 80, targetPort: 'http' }] },
      {
        externalTrafficPolicy: 'Cluster',
        allocateLoadBalancerNodePorts: true,
        ports: [{ targetPort: 'http' }],
      },
    ],
    [
      'headless without selector',
      { clusterIP: 'None' },
      { clusterIPs: ['None'], ipFamilyPolicy: 'RequireDualStack' },
    ],
  ])('of a Service: %s', (_name, spec, wanted) => {
    expect(defaulted(object('v1', 'Service', { spec }))['spec']).toMatchObject(wanted);
  });

  it.each<[KubeObject, JsonRecord]>([
    [
      object('v1', 'Secret', { stringData: { a: 'b' }, data: { c: 'ZA==' } }),
      { type: 'Opaque', data: { a: 'Yg==', c: 'ZA==' } },
    ],
    [
      object('v1', 'Namespace'),
      { metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } }, status: { phase: 'Active' } },
    ],
    [
      object('storage.k8s.io/v1', 'StorageClass'),
      { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
    ],
    [
      object('networking.k8s.io/v1', 'NetworkPolicy', { spec: { egress: [{}] } }),
      { spec: { policyTypes: ['Ingress', 'Egress'] } },
    ],
    [
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
        subjects: [{ kind: 'User' }],
        roleRef: {},
      }),
      {
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }],
        roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
      },
    ],
    [
      object('autoscaling/v2', 'HorizontalPodAutoscaler', { spec: {} }),
      { spec: { minReplicas: 1, metrics: [{ resource: { target: { averageUtilization: 80 } } }] } },
    ],
    [
      object('extensions/v1beta1', 'Deployment', { spec: { template: pod([]) } }),
      {
        metadata: { labels: { a: 'b' } },
        spec: {
          selector: { matchLabels: { a: 'b' } },
          revisionHistoryLimit: 2147483647,
          strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
        },
      },
    ],
    [
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
        spec: { names: { kind: 'CronTab' } },
      }),
      {
        spec: {
          names: { singular: 'crontab', listKind: 'CronTabList' },
          conversion: { strategy: 'None' },
        },
      },
    ],
    [
      object('batch/v1', 'CronJob', { spec: {} }),
      {
        spec: {
          concurrencyPolicy: 'Allow',
          suspend: false,
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 1,
        },
      },
    ],
  ])('%#', (given, wanted) => {
    expect(defaulted(given)).toMatchObject(wanted);
    expect(defaulted(given)['stringData']).toBeUndefined();
  });

  it('are the same when filled twice', () => {
    for (const { apiVersion, kind } of builtinResources) {
      const once = defaulted(object(apiVersion, kind));
      expect(defaulted(once)).toEqual(once);
    }
  });
});

it('the mounts of a StatefulSet may name its claims', () => {
  const template = {
    metadata: { labels: { a: 'b' } },
    spec: {
      containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
    },
  };
  const spec = { selector: { matchLabels: { a: 'b' } }, serviceName: 's', template };
  expect(texts(object('apps/v1', 'StatefulSet', { spec }))).toEqual([]);
  expect(texts(object('apps/v1', 'Deployment', { spec }))).toEqual([
    'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"',
  ]);
});

it('a priority keeps its value', () => {
  const priority = (value: number, preemptionPolicy: string): KubeObject =>
    object('scheduling.k8s.io/v1', 'PriorityClass', {
      metadata: { namespace: undefined },
      value,
      preemptionPolicy,
    });
  const errors = validateUpdate(priority(2, 'Never'), priority(1, 'PreemptLowerPriority'));
  expect(errors.map(fieldErrorText)).toEqual([
    'value: Forbidden: may not be changed in an update.',
    'preemptionPolicy: Invalid value: "Never": field is immutable',
  ]);
});

it('a RoleBinding may name an account without its namespace, a ClusterRoleBinding may not', () => {
  const subjects = [{ kind: 'ServiceAccount', name: 's' }];
  const binding = (kind: string): KubeObject => {
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' };
    const made = object('rbac.authorization.k8s.io/v1', kind, { roleRef, subjects });
    if (kind === 'ClusterRoleBinding') delete made.metadata.namespace;
    return made;
  };
  expect(texts(binding('RoleBinding'))).toEqual([]);
  expect(texts(binding('ClusterRoleBinding'))).toEqual(['subjects[0].namespace: Required value']);
});

describe('create and update', () => {
  it('a Job gets labels and selector from its uid', () => {
    const job = object('batch/v1', 'Job', { metadata: { uid: 'u' }, spec: { template: pod([]) } });
    expect(created(job)).toMatchObject({
      metadata: { generation: 1 },
      spec: {
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
        template: { metadata: { labels: { 'job-name': 'x', 'controller-uid': 'u', a: 'b' } } },
        backoffLimit: 6,
        completions: 1,
        parallelism: 1,
      },
    });
  });

  it.each([
    ['apps/v1', 'Deployment', {}],
    ['apps/v1', 'ReplicaSet', { replicas: 0 }],
    ['apps/v1', 'StatefulSet', { availableReplicas: 0, replicas: 0 }],
    ['batch/v1', 'CronJob', {}],
    ['v1', 'Service', { loadBalancer: {} }],
    ['v1', 'ResourceQuota', {}],
    ['networking.k8s.io/v1', 'Ingress', { loadBalancer: {} }],
    ['v1', 'ConfigMap', undefined],
  ])('a new object has the status that nobody has looked at: %s %s', (apiVersion, kind, status) => {
    const given = object(apiVersion, kind, kind === 'ConfigMap' ? {} : { status: { replicas: 7 } });
    expect(created(given)['status']).toEqual(status);
  });

  it('drops status, sets the class of a Pod', () => {
    expect(created({ ...deployment(), status: { replicas: 3 } })['status']).toEqual({});
    const limits = { cpu: '1', memory: '1Gi' };
    const guaranteed = object('v1', 'Pod', {
      spec: { containers: [{ name: 'c', resources: { limits } }] },
    });
    expect(created(guaranteed)['status']).toEqual({ phase: 'Pending', qosClass: 'Guaranteed' });
  });

  it('counts changes of spec; the main endpoint keeps status, /status keeps spec', () => {
    const old = { ...created(deployment()), status: { replicas: 1 } };
    const scaled: KubeObject = { ...structuredClone(old), status: { replicas: 9 } };
    (scaled['spec'] as JsonRecord)['replicas'] = 5;
    const main = structuredClone(scaled);
    prepareUpdate(main, old);
    expect(main).toMatchObject({
      metadata: { generation: 2 },
      spec: { replicas: 5 },
      status: { replicas: 1 },
    });
    prepareUpdate(scaled, old, 'status');
    expect(scaled).toMatchObject({
      metadata: { generation: 1 },
      spec: { replicas: 1 },
      status: { replicas: 9 },
    });
  });

  it.each([
    ['networking.k8s.io/v1', 'Ingress', { labels: { a: 'new' }, annotations: { b: 'new' } }],
    ['apps/v1', 'Deployment', { labels: { a: 'old' }, annotations: { b: 'new' } }],
    ['storage.k8s.io/v1', 'VolumeAttachment', { labels: { a: 'old' }, annotations: { b: 'old' } }],
  ])(
    'a write to /status takes metadata too, as the kind allows: %s %s',
    (version, kind, wanted) => {
      const made = (word: string): KubeObject =>
        object(version, kind, { metadata: { labels: { a: word }, annotations: { b: word } } });
      const next = made('new');
      prepareUpdate(next, made('old'), 'status');
      expect(next.metadata).toMatchObject(wanted);
    },
  );

  it('a Service keeps its addresses when the body leaves them out', () => {
    const spec = { type: 'NodePort', clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] };
    const ports = [{ port: 80, protocol: 'TCP', nodePort: 30080 }];
    const old = object('v1', 'Service', { spec: { ...spec, ports } });
    const next = object('v1', 'Service', {
      spec: { type: 'NodePort', ports: [{ port: 80, protocol: 'TCP' }] },
    });
    prepareUpdate(next, old);
    expect(next['spec']).toEqual({ ...spec, ports });
  });
});

const texts = (given: KubeObject): string[] => validateCreate(defaulted(given)).map(fieldErrorText);

describe('validation', () => {
  const subdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  const podOf = (spec: JsonRecord): KubeObject => object('v1', 'Pod', { spec });
  const container = (more: JsonRecord): KubeObject =>
    podOf({ containers: [{ name: 'c', image: 'i', ...more }] });

  it.each<[KubeObject, string[]]>([
    [deployment(), []],
    [
      object('v1', 'ConfigMap', { metadata: { name: 'A_' } }),
      [`metadata.name: Invalid value: "A_": ${subdomain}`],
    ],
    [
      object('v1', 'ConfigMap', { metadata: { name: '' } }),
      ['metadata.name: Required value: name or generateName is required'],
    ],
    [
      deployment({ selector: { matchLabels: { a: 'c' } } }),
      [
        'spec.template.metadata.labels: Invalid value: map[string]string{"a":"b"}: `selector` does not match template `labels`',
      ],
    ],
    [
      deployment({ strategy: { type: 'Recreate', rollingUpdate: {} } }),
      [
        "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
      ],
    ],
    [
      object('batch/v1', 'Job', { spec: { template: pod([{ name: 'c', image: 'i' }]) } }),
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      object('v1', 'Service', { spec: { ports: [{ port: 80 }, { port: 0, name: 'b' }] } }),
      [
        'spec.ports[0].name: Required value',
        'spec.ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'spec.ports[1].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive',
      ],
    ],
    [podOf({}), ['spec.containers: Required value']],
    [
      container({ volumeMounts: [{ name: 'v', mountPath: '/' }] }),
      ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
    ],
    [container({ image: '' }), ['spec.containers[0].image: Required value']],
    [
      container({ imagePullPolicy: 'Never!' }),
      [
        'spec.containers[0].imagePullPolicy: Unsupported value: "Never!": supported values: "Always", "IfNotPresent", "Never"',
      ],
    ],
    [
      podOf({
        containers: [
          { name: 'c', image: 'i' },
          { name: 'c', image: 'i' },
        ],
      }),
      ['spec.containers[1].name: Duplicate value: "c"'],
    ],
    [
      container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
      [
        'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
      ],
    ],
    [
      object('v1', 'Secret', { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }),
      ['data[tls.key]: Required value'],
    ],
    [
      object('v1', 'Event', { involvedObject: { namespace: 'other' } }),
      ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
    ],
    [
      object('v1', 'PersistentVolumeClaim', { spec: {} }),
      [
        'spec.accessModes: Required value: at least 1 access mode is required',
        'spec.resources[storage]: Required value',
      ],
    ],
    [
      object('batch/v1', 'CronJob', {
        spec: {
          schedule: '* * *',
          jobTemplate: {
            spec: { template: pod([{ name: 'c', image: 'i' }], { restartPolicy: 'Never' }) },
          },
        },
      }),
      ['spec.schedule: Invalid value: "* * *": expected exactly 5 fields, found 3: [* * *]'],
    ],
    [
      object('networking.k8s.io/v1', 'Ingress', {
        spec: {
          rules: [
            {
              http: {
                paths: [{ path: '/', backend: { service: { name: 's', port: { number: 80 } } } }],
              },
            },
          ],
        },
      }),
      ['spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified'],
    ],
    [
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
        metadata: { name: 'as.b.c', namespace: undefined },
        spec: {
          group: 'b.c',
          scope: 'Namespaced',
          names: { plural: 'as', kind: 'A' },
          versions: [{ name: 'v1', served: true, storage: true }],
        },
      }),
      ['spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required'],
    ],
  ])('%#', (given, messages) => {
    expect(texts(given)).toEqual(messages);
  });

  it.each<[string, KubeObject, KubeObject, string[]]>([
    [
      'selector',
      deployment({ selector: { matchLabels: { a: 'b' } } }),
      deployment({
        selector: { matchLabels: { a: 'c' } },
        template: pod([{ name: 'c', image: 'i:1' }]),
      }),
      [
        'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"a":"b"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
      ],
    ],
    [
      'clusterIP',
      object('v1', 'Service', {
        spec: { clusterIP: '1.1.1.2', clusterIPs: ['1.1.1.2'], ports: [{ port: 1 }] },
      }),
      object('v1', 'Service', {
        spec: { clusterIP: '1.1.1.1', clusterIPs: ['1.1.1.1'], ports: [{ port: 1 }] },
      }),
      ['spec.clusterIPs[0]: Invalid value: []string{"1.1.1.2"}: may not change once set'],
    ],
    [
      'immutable ConfigMap',
      object('v1', 'ConfigMap', { immutable: true, data: { a: '2' } }),
      object('v1', 'ConfigMap', { immutable: true, data: { a: '1' } }),
      ['data: Forbidden: field is immutable when `immutable` is set'],
    ],
    [
      'roleRef',
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
        roleRef: { kind: 'Role', name: 'b' },
      }),
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
        roleRef: { kind: 'Role', name: 'a' },
      }),
      [
        'roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"Role", Name:"b"}: cannot change roleRef',
      ],
    ],
    [
      'uid',
      object('v1', 'ConfigMap', { metadata: { uid: 'b' } }),
      object('v1', 'ConfigMap', { metadata: { uid: 'a' } }),
      ['metadata.uid: Invalid value: "b": field is immutable'],
    ],
    [
      'finalizers',
      object('v1', 'ConfigMap', { metadata: { finalizers: ['a.b/c'] } }),
      object('v1', 'ConfigMap', { metadata: { deletionTimestamp: 'now' } }),
      [
        'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.b/c"}',
      ],
    ],
  ])('a change of %s', (_name, next, old, messages) => {
    expect(validateUpdate(defaulted(next), defaulted(old)).map(fieldErrorText)).toEqual(messages);
  });

  it('of a pod: only images and the like', () => {
    const spec = (image: string, more: JsonRecord = {}): KubeObject =>
      defaulted(
        object('v1', 'Pod', {
          spec: { containers: [{ name: 'c', image }], nodeName: 'n', ...more },
        }),
      );
    expect(validateUpdate(spec('i:2'), spec('i:1'))).toEqual([]);
    expect(validateUpdate(spec('i:1', { hostname: 'h' }), spec('i:1'))[0]).toMatchObject({
      type: 'forbidden',
      field: 'spec',
    });
  });

  it('of metadata: labels, annotations, owners', () => {
    const meta = (metadata: JsonRecord): string[] =>
      validateMeta(object('a/v1', 'K', { metadata }), {
        namespaced: true,
        nameRule: 'subdomain',
      }).map(({ type, field }) => `${type} ${field}`);
    expect(meta({ labels: { 'a/b/c': '', ok: 'x y' } })).toEqual([
      'invalid metadata.labels',
      'invalid metadata.labels',
    ]);
    expect(meta({ annotations: { a: 'x'.repeat(262_145) } })).toEqual([
      'tooLong metadata.annotations',
    ]);
    expect(meta({ ownerReferences: [{ kind: 'K', name: 'x', uid: 'u' }] })).toEqual([
      'invalid metadata.ownerReferences[0].apiVersion',
    ]);
    expect(meta({ labels: { 'a.b/c': '' }, generateName: 'x-' })).toEqual([]);
  });
});

describe('field selectors', () => {
  it('see the fields of a kind', () => {
    const given = object('v1', 'Pod', { spec: { nodeName: 'a' }, status: { phase: 'Running' } });
    expect(fieldsOf(given)).toMatchObject({
      'metadata.name': 'x',
      'metadata.namespace': 'n',
      'spec.nodeName': 'a',
      'status.phase': 'Running',
      'spec.hostNetwork': 'false',
    });
    expect(fieldLabelsOf('v1', 'ConfigMap')).toEqual(['metadata.name', 'metadata.namespace']);
    expect(fieldLabelsOf('events.k8s.io/v1', 'Event')).toContain('regarding.uid');
    expect(fieldLabelsOf('v1', 'Event')).toContain('involvedObject.uid');
  });
});

describe('conversion', () => {
  it.each<[KubeObject, string, JsonRecord]>([
    [
      object('extensions/v1beta1', 'Ingress', {
        spec: {
          backend: { serviceName: 'd', servicePort: 'http' },
          rules: [{ http: { paths: [{ backend: { serviceName: 's', servicePort: 80 } }] } }],
        },
      }),
      'networking.k8s.io/v1',
      {
        spec: {
          defaultBackend: { service: { name: 'd', port: { name: 'http' } } },
          rules: [
            { http: { paths: [{ backend: { service: { name: 's', port: { number: 80 } } } }] } },
          ],
        },
      },
    ],
    [
      object('autoscaling/v1', 'HorizontalPodAutoscaler', {
        spec: { maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
      }),
      'autoscaling/v2',
      {
        spec: {
          maxReplicas: 3,
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
            },
          ],
        },
      },
    ],
    [
      object('autoscaling/v2beta1', 'HorizontalPodAutoscaler', {
        spec: {
          maxReplicas: 3,
          metrics: [
            { type: 'Pods', pods: { metricName: 'm', targetAverageValue: '1' } },
            {
              type: 'Object',
              object: { target: { kind: 'Service', name: 's' }, metricName: 'm', targetValue: '2' },
            },
          ],
        },
      }),
      'autoscaling/v2',
      {
        spec: {
          metrics: [
            {
              pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '1' } },
            },
            {
              object: {
                describedObject: { kind: 'Service', name: 's' },
                metric: { name: 'm' },
                target: { type: 'Value', value: '2' },
              },
            },
          ],
        },
      },
    ],
    [
      object('events.k8s.io/v1', 'Event', {
        regarding: { name: 'p' },
        note: 'hi',
        reportingController: 'c',
      }),
      'v1',
      { involvedObject: { name: 'p' }, message: 'hi', reportingComponent: 'c' },
    ],
    [
      object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', {
        spec: {
          version: 'v1',
          validation: { openAPIV3Schema: { type: 'object' } },
          subresources: { status: {} },
          additionalPrinterColumns: [{ name: 'A', type: 'string', JSONPath: '.a' }],
          versions: [{ name: 'v1', served: true, storage: true }],
        },
      }),
      'apiextensions.k8s.io/v1',
      {
        spec: {
          versions: [
            {
              name: 'v1',
              schema: { openAPIV3Schema: { type: 'object' } },
              subresources: { status: {} },
              additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.a' }],
            },
          ],
        },
      },
    ],
    [
      object('discovery.k8s.io/v1beta1', 'EndpointSlice', {
        endpoints: [{ topology: { 'kubernetes.io/hostname': 'h', other: 'x' } }],
      }),
      'discovery.k8s.io/v1',
      { endpoints: [{ nodeName: 'h', deprecatedTopology: { other: 'x' } }] },
    ],
  ])('%# there and back', (given, apiVersion, wanted) => {
    const there = convert(given, apiVersion);
    expect(there.apiVersion).toBe(apiVersion);
    expect(there).toMatchObject(wanted);
    expect(convert(convert(there, given.apiVersion), apiVersion)).toEqual(there);
  });

  it('goes between two old versions by way of the stored one', () => {
    const old = object('extensions/v1beta1', 'Ingress', {
      spec: { backend: { serviceName: 's', servicePort: 1 } },
    });
    expect(convert(old, 'networking.k8s.io/v1beta1')).toMatchObject({
      apiVersion: 'networking.k8s.io/v1beta1',
      spec: { backend: { serviceName: 's', servicePort: 1 } },
    });
  });
});

describe('tables', () => {
  const now = new Date('2026-01-02T00:00:00Z');
  const shown = (given: KubeObject): Record<string, unknown> => {
    const { columns, row } = tableOf(given.apiVersion, given.kind);
    const cells = row(given, now);
    expect(cells).toHaveLength(columns.length);
    return Object.fromEntries(columns.map((column, at) => [column.name, cells[at]]));
  };
  const born = { metadata: { creationTimestamp: '2026-01-01T23:57:00Z' } };

  it('every kind has as many cells as columns', () => {
    for (const { apiVersion, kind } of builtinResources) shown(object(apiVersion, kind, born));
  });

  it.each<[KubeObject, Record<string, unknown>]>([
    [
      object('apps/v1', 'Deployment', {
        ...born,
        spec: { replicas: 3 },
        status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 2 },
      }),
      { Name: 'x', Ready: '2/3', 'Up-to-date': 3, Available: 2, Age: '3m' },
    ],
    [
      object('v1', 'Service', {
        spec: {
          type: 'LoadBalancer',
          clusterIP: '10.0.0.1',
          ports: [
            { port: 80, nodePort: 30080, protocol: 'TCP' },
            { port: 53, protocol: 'UDP' },
          ],
          selector: { a: 'b' },
        },
      }),
      {
        'Cluster-IP': '10.0.0.1',
        'External-IP': '<pending>',
        'Port(s)': '80:30080/TCP,53/UDP',
        Selector: 'a=b',
      },
    ],
    [
      object('networking.k8s.io/v1', 'Ingress', {
        spec: { tls: [{}], rules: [{ host: 'a' }, { host: 'b' }] },
      }),
      { Class: '<none>', Hosts: 'a,b', Ports: '80, 443' },
    ],
    [
      object('batch/v1', 'Job', {
        spec: { completions: 2 },
        status: { succeeded: 1, startTime: '2026-01-01T23:59:50Z' },
      }),
      { Status: 'Running', Completions: '1/2', Duration: '10s' },
    ],
    [
      object('v1', 'Endpoints', {
        subsets: [
          {
            addresses: [{ ip: '1' }, { ip: '2' }, { ip: '3' }, { ip: '4' }],
            ports: [{ port: 80 }],
          },
        ],
      }),
      { Endpoints: '1:80,2:80,3:80 + 1 more...' },
    ],
    [
      object('v1', 'Node', {
        metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } },
        spec: { unschedulable: true },
        status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          nodeInfo: { kubeletVersion: 'v1' },
        },
      }),
      {
        Status: 'Ready,SchedulingDisabled',
        Roles: 'control-plane',
        Version: 'v1',
        'Internal-IP': '<none>',
        'OS-Image': '<unknown>',
      },
    ],
    [
      object('v1', 'Event', {
        lastTimestamp: '2026-01-01T23:59:55Z',
        firstTimestamp: '2026-01-01T23:58:00Z',
        involvedObject: { kind: 'Pod', name: 'p' },
        message: 'hi\n',
        count: 4,
      }),
      {
        'Last Seen': '5s',
        'First Seen': '2m',
        Object: 'pod/p',
        Message: 'hi',
        Count: 4,
        Name: 'x',
      },
    ],
    [
      object('autoscaling/v2', 'HorizontalPodAutoscaler', {
        spec: {
          minReplicas: 1,
          maxReplicas: 3,
          scaleTargetRef: { kind: 'Deployment', name: 'd' },
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 80 } } },
          ],
        },
      }),
      {
        Reference: 'Deployment/d',
        Targets: 'cpu: <unknown>/80%',
        MinPods: '1',
        MaxPods: 3,
        Replicas: 0,
      },
    ],
    [
      object('storage.k8s.io/v1', 'StorageClass', {
        metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
        provisioner: 'p',
      }),
      { Name: 'x (default)', Provisioner: 'p', AllowVolumeExpansion: false },
    ],
    [
      object('v1', 'PersistentVolumeClaim', {
        spec: { volumeName: 'pv', storageClassName: 's' },
        status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
      }),
      {
        Status: 'Bound',
        Volume: 'pv',
        Capacity: '1Gi',
        'Access Modes': 'RWO',
        VolumeAttributesClass: '<unset>',
      },
    ],
  ])('%#', (given, wanted) => {
    expect(shown(given)).toMatchObject(wanted);
  });

  const running = { ready: true, restartCount: 0, state: { running: {} } };
  const waiting = (reason: string): JsonRecord => ({
    restartCount: 2,
    state: { waiting: { reason } },
  });
  const ended = (fields: JsonRecord): JsonRecord => ({
    restartCount: 0,
    state: { terminated: fields },
  });

  it.each<[string, string, JsonRecord]>([
    ['Running', '1/1', { phase: 'Running', containerStatuses: [running] }],
    [
      'CrashLoopBackOff',
      '0/1',
      { phase: 'Running', containerStatuses: [waiting('CrashLoopBackOff')] },
    ],
    ['Evicted', '0/1', { phase: 'Failed', reason: 'Evicted' }],
    [
      'Completed',
      '0/1',
      { phase: 'Succeeded', containerStatuses: [ended({ exitCode: 0, reason: 'Completed' })] },
    ],
    ['ExitCode:3', '0/1', { phase: 'Failed', containerStatuses: [ended({ exitCode: 3 })] }],
    [
      'Signal:9',
      '0/1',
      { phase: 'Failed', containerStatuses: [ended({ exitCode: 137, signal: 9 })] },
    ],
    [
      'NotReady',
      '1/1',
      {
        phase: 'Running',
        containerStatuses: [running, ended({ reason: 'Completed' })].toReversed(),
      },
    ],
    [
      'Init:0/1',
      '0/1',
      { phase: 'Pending', initContainerStatuses: [{ restartCount: 0, state: { running: {} } }] },
    ],
    [
      'Init:ImagePullBackOff',
      '0/1',
      { phase: 'Pending', initContainerStatuses: [waiting('ImagePullBackOff')] },
    ],
    [
      'Init:Error',
      '0/1',
      { phase: 'Pending', initContainerStatuses: [ended({ exitCode: 1, reason: 'Error' })] },
    ],
    [
      'Init:ExitCode:1',
      '0/1',
      { phase: 'Pending', initContainerStatuses: [ended({ exitCode: 1 })] },
    ],
    [
      'SchedulingGated',
      '0/1',
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', reason: 'SchedulingGated' }] },
    ],
  ])('a pod that is %s', (text, ready, status) => {
    const spec = { containers: [{ name: 'c' }], initContainers: [{ name: 'i' }] };
    const cells = shown(object('v1', 'Pod', { spec, status }));
    expect(cells['Status']).toBe(text);
    expect(cells['Ready']).toBe(ready);
  });

  it('a pod that ends, a pod that was restarted, a sidecar', () => {
    const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    const gone = object('v1', 'Pod', { metadata, status: { phase: 'Running' } });
    expect(shown(gone)['Status']).toBe('Terminating');
    expect(shown({ ...gone, status: { phase: 'Running', reason: 'NodeLost' } })['Status']).toBe(
      'Unknown',
    );
    const lastState = { terminated: { finishedAt: '2026-01-01T23:55:00Z' } };
    const again = object('v1', 'Pod', {
      spec: {
        containers: [{ name: 'c' }],
        initContainers: [{ name: 'i', restartPolicy: 'Always' }],
      },
      status: {
        phase: 'Running',
        initContainerStatuses: [{ ...running, name: 'i', started: true }],
        containerStatuses: [{ ...running, restartCount: 2, lastState }],
      },
    });
    expect(shown(again)).toMatchObject({ Restarts: '2 (5m ago)', Ready: '2/2', Status: 'Running' });
  });
});
