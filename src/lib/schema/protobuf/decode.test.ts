import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { decodeProtobuf } from '../index.ts';

/** Bodies that kubectl 1.33 sent, by what was created. */
const bodies = JSON.parse(
  readFileSync(new URL('testdata/kubectl-1.33.json', import.meta.url), 'utf8'),
) as Record<string, string>;

const container = (name: string, more: object): object => ({ name, ...more, resources: {} });

describe('bodies of a real kubectl', () => {
  it.each([
    [
      'namespace',
      { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'x' }, spec: {}, status: {} },
    ],
    ['secret', { kind: 'Secret', data: { user: 'YWRtaW4=' } }],
    [
      'deployment',
      {
        kind: 'Deployment',
        apiVersion: 'apps/v1',
        metadata: { name: 'd', labels: { app: 'd' } },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'd' } },
          strategy: {},
          template: {
            metadata: { labels: { app: 'd' } },
            spec: {
              containers: [
                container('nginx', { image: 'nginx:1.0', ports: [{ containerPort: 80 }] }),
              ],
            },
          },
        },
      },
    ],
    [
      'cronjob',
      {
        spec: {
          schedule: '*/5 * * * *',
          jobTemplate: { spec: { template: { spec: { restartPolicy: 'OnFailure' } } } },
        },
      },
    ],
    ['quota', { spec: { hard: { cpu: '1500m', memory: '1Gi' } } }],
    [
      'ingress',
      {
        spec: {
          tls: [{ hosts: ['a.b'], secretName: 'cert' }],
          rules: [
            {
              host: 'a.b',
              http: {
                paths: [
                  {
                    path: '/x',
                    pathType: 'Prefix',
                    backend: { service: { name: 'svc', port: { number: 80 } } },
                  },
                ],
              },
            },
            {
              host: 'c.d',
              http: {
                paths: [
                  {
                    path: '/y',
                    pathType: 'Exact',
                    backend: { service: { name: 'svc', port: { name: 'http' } } },
                  },
                ],
              },
            },
          ],
        },
      },
    ],
    ['token', { kind: 'TokenRequest', spec: { expirationSeconds: 600 } }],
    ['autoscaler', { apiVersion: 'autoscaling/v2', spec: { minReplicas: 1, maxReplicas: 3 } }],
    ['priorityclass', { value: -10, preemptionPolicy: 'Never' }],
    ['budget', { spec: { minAvailable: '50%', selector: { matchLabels: { a: 'b' } } } }],
    [
      'access',
      {
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } },
      },
    ],
    ['clusterrole', { rules: [{ apiGroups: [''] }, { apiGroups: ['apps'] }] }],
    ['job', { spec: { template: { spec: { containers: [{ command: ['echo', 'hi'] }] } } } }],
  ])('%s', (name, wanted) => {
    expect(decodeProtobuf(Buffer.from(bodies[name]!, 'base64'))).toMatchObject(wanted);
  });
});

/** Messages with the numbers of the published .proto files, for what kubectl does not send. */
const { root } = protobuf.parse(`
  syntax = "proto2";
  message TypeMeta { optional string apiVersion = 1; optional string kind = 2; }
  message Unknown { optional TypeMeta typeMeta = 1; optional bytes raw = 2; optional string contentType = 4; }
  message Time { optional int64 seconds = 1; optional int32 nanos = 2; }
  message IntOrString { optional int64 type = 1; optional int32 intVal = 2; optional string strVal = 3; }
  message Raw { optional bytes raw = 1; }
  message Meta { optional string name = 1; optional Time creationTimestamp = 8; }
  message Lease { optional Meta metadata = 1; optional LeaseSpec spec = 2; }
  message LeaseSpec { optional string holderIdentity = 1; optional Time acquireTime = 3; optional Time renewTime = 4; }
  message ServicePort { optional string name = 1; optional int32 port = 3; optional IntOrString targetPort = 4; }
  message ServiceSpec { repeated ServicePort ports = 1; }
  message Service { optional Meta metadata = 1; optional ServiceSpec spec = 2; }
  message Schema {
    optional string id = 1; optional bool uniqueItems = 18; optional string type = 5; optional Raw default = 8; optional double maximum = 9;
    repeated Raw enum = 20; optional SchemaOrArray items = 24;
    map<string, Schema> properties = 29; optional SchemaOrBool additionalProperties = 30;
    optional bool xKubernetesPreserveUnknownFields = 38; optional string ref = 3;
  }
  message SchemaOrArray { optional Schema schema = 1; repeated Schema jSONSchemas = 2; }
  message SchemaOrBool { optional bool allows = 1; optional Schema schema = 2; }
  message Validation { optional Schema openAPIV3Schema = 1; }
  message CrdVersion { optional string name = 1; optional bool served = 2; optional bool storage = 3; optional Validation schema = 4; }
  message CrdSpec { optional string group = 1; repeated CrdVersion versions = 7; }
  message Crd { optional Meta metadata = 1; optional CrdSpec spec = 2; }
  message HostPath { optional string path = 1; }
  message VolumeSource { optional HostPath hostPath = 1; }
  message Volume { optional string name = 1; optional VolumeSource volumeSource = 2; }
  message HttpGet { optional string path = 1; optional IntOrString port = 2; }
  message Handler { optional HttpGet httpGet = 2; }
  message Probe { optional Handler handler = 1; optional int32 periodSeconds = 4; }
  message Container { optional string name = 1; optional Probe livenessProbe = 10; }
  message SecurityContext { repeated int64 supplementalGroups = 4 [packed = false]; }
  message PodSpec { repeated Volume volumes = 1; repeated Container containers = 2; optional SecurityContext securityContext = 14; }
  message Pod { optional Meta metadata = 1; optional PodSpec spec = 2; }
  message Preconditions { optional string uid = 1; }
  message DeleteOptions { optional int64 gracePeriodSeconds = 1; optional Preconditions preconditions = 2; optional string propagationPolicy = 4; }
`);

function body(apiVersion: string, kind: string, message: string, value: object): Uint8Array {
  const encode = (type: string, data: object): Uint8Array => {
    const found = root.lookupType(type);
    return found.encode(found.fromObject(data)).finish();
  };
  const raw = encode(message, value);
  return Buffer.concat([
    Buffer.from('k8s\0'),
    encode('Unknown', { typeMeta: { apiVersion, kind }, raw }),
  ]);
}

const json = (value: unknown): object => ({ raw: Buffer.from(JSON.stringify(value)) });

describe('special cases', () => {
  it('writes micro times with six decimals, times in whole seconds', () => {
    const lease = {
      metadata: { name: 'l', creationTimestamp: { seconds: 0, nanos: 5e8 } },
      spec: { holderIdentity: 'me', renewTime: { seconds: 1767225600, nanos: 1500 } },
    };
    expect(decodeProtobuf(body('coordination.k8s.io/v1', 'Lease', 'Lease', lease))).toEqual({
      kind: 'Lease',
      apiVersion: 'coordination.k8s.io/v1',
      metadata: { name: 'l', creationTimestamp: '1970-01-01T00:00:00Z' },
      spec: { holderIdentity: 'me', renewTime: '2026-01-01T00:00:00.000001Z' },
    });
  });

  it('tells an int from a string', () => {
    const ports = [
      { port: 80, targetPort: { type: 0, intVal: 8080 } },
      { port: 81, targetPort: { type: 1, strVal: 'http' } },
    ];
    const spec = decodeProtobuf(body('v1', 'Service', 'Service', { spec: { ports } }))['spec'];
    expect(spec).toEqual({
      ports: [
        { port: 80, targetPort: 8080 },
        { port: 81, targetPort: 'http' },
      ],
    });
  });

  it('flattens embedded messages and reads repeated numbers', () => {
    const pod = {
      spec: {
        volumes: [{ name: 'v', volumeSource: { hostPath: { path: '/x' } } }],
        containers: [
          {
            name: 'c',
            livenessProbe: { handler: { httpGet: { port: { intVal: 80 } } }, periodSeconds: 3 },
          },
        ],
        securityContext: { supplementalGroups: [1, 65534] },
      },
    };
    expect(decodeProtobuf(body('v1', 'Pod', 'Pod', pod))['spec']).toEqual({
      volumes: [{ name: 'v', hostPath: { path: '/x' } }],
      containers: [
        { name: 'c', resources: {}, livenessProbe: { httpGet: { port: 80 }, periodSeconds: 3 } },
      ],
      securityContext: { supplementalGroups: [1, 65534] },
    });
  });

  it('reads schemas with their unions and embedded JSON', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'array', items: { schema: { type: 'string', default: json('x') } } },
        b: { type: 'object', additionalProperties: { allows: true }, maximum: 1.5 },
        c: {
          additionalProperties: {
            // Go writes zero values; JSON would not have them.
            schema: { id: '', type: 'integer', enum: [json(1), json(2)], uniqueItems: false },
          },
        },
        d: { xKubernetesPreserveUnknownFields: true, ref: '#/x' },
      },
    };
    const versions = [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } },
    ];
    const crd = decodeProtobuf(
      body('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'Crd', {
        spec: { group: 'a.b', versions },
      }),
    );
    expect(crd).toMatchObject({
      spec: {
        versions: [
          {
            schema: {
              openAPIV3Schema: {
                properties: {
                  a: { type: 'array', items: { type: 'string', default: 'x' } },
                  b: { type: 'object', additionalProperties: true, maximum: 1.5 },
                  c: { additionalProperties: { type: 'integer', enum: [1, 2] } },
                  d: { 'x-kubernetes-preserve-unknown-fields': true, $ref: '#/x' },
                },
              },
            },
          },
        ],
      },
    });
  });

  it.each(['v1', 'apps/v1'])('reads delete options that come as %s', (apiVersion) => {
    const options = {
      gracePeriodSeconds: 0,
      preconditions: { uid: 'u' },
      propagationPolicy: 'Background',
    };
    expect(decodeProtobuf(body(apiVersion, 'DeleteOptions', 'DeleteOptions', options))).toEqual({
      kind: 'DeleteOptions',
      apiVersion,
      ...options,
    });
  });

  it.each([
    [Buffer.from('{}'), 'expected prefix k8s'],
    [body('v1', 'Nothing', 'Pod', {}), 'no kind "Nothing" is registered for version "v1"'],
    [body('v1', 'Pod', 'Pod', { spec: {} }).subarray(0, 9), 'unexpected EOF'],
  ])('refuses %#', (bytes, why) => {
    expect(() => decodeProtobuf(bytes)).toThrow(why);
  });
});
