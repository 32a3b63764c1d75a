import { expect, it } from 'vitest';
import type { Endpoints, Pod, Service } from '../objects.ts';
import { backendsOf, isMirrored, mirroredSlices, slicesOf, subsetsOf } from './decide-endpoints.ts';

const service = (spec: Partial<Service['spec']> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's', namespace: 'n' },
  spec: {
    selector: { app: 'a' },
    ports: [{ port: 80, targetPort: 'http', protocol: 'TCP' }],
    ...spec,
  },
});
const pod = (
  name: string,
  ip: string | undefined,
  more: { ready?: boolean; port?: number; going?: boolean; phase?: string } = {},
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'n',
    uid: name,
    labels: { app: 'a' },
    ...(more.going ? { deletionTimestamp: 'now' } : {}),
  },
  spec: {
    nodeName: 'node',
    containers: [{ name: 'c', ports: [{ name: 'http', containerPort: more.port ?? 8080 }] }],
  },
  status: {
    phase: more.phase ?? 'Running',
    ...(ip === undefined ? {} : { podIP: ip }),
    conditions: [{ type: 'Ready', status: more.ready === false ? 'False' : 'True' }],
  },
});
const ips = (list: ReadonlyArray<{ ip: string }> = []): string[] => list.map(({ ip }) => ip);

it.each<[string, Service, Pod[], Array<[string[], string[], number | undefined]>]>([
  [
    'ready and not',
    service(),
    [pod('b', '2', { ready: false }), pod('a', '1')],
    [[['1'], ['2'], 8080]],
  ],
  [
    'no address yet, ended, going',
    service(),
    [pod('a', undefined), pod('b', '2', { phase: 'Failed' }), pod('c', '3', { going: true })],
    [],
  ],
  [
    'a named port differs by pod',
    service(),
    [pod('a', '1'), pod('b', '2', { port: 9090 })],
    [
      [['1'], [], 8080],
      [['2'], [], 9090],
    ],
  ],
  [
    'not ready ones may be asked for',
    service({ publishNotReadyAddresses: true }),
    [pod('a', '1', { ready: false })],
    [[['1'], [], 8080]],
  ],
  [
    'a number needs no name',
    service({ ports: [{ port: 80, targetPort: 3000 }] }),
    [pod('a', '1')],
    [[['1'], [], 3000]],
  ],
  [
    'headless without ports',
    service({ ports: [], clusterIP: 'None' }),
    [pod('a', '1')],
    [[['1'], [], undefined]],
  ],
])('%s', (_name, object, pods, expected) => {
  const subsets = subsetsOf(backendsOf(object, pods));
  expect(
    subsets.map((each) => [
      ips(each.addresses),
      ips(each.notReadyAddresses),
      each.ports?.[0]?.port,
    ]),
  ).toEqual(expected);
});

it('slices show what is on its way out', () => {
  const [slice] = slicesOf(backendsOf(service(), [pod('a', '1', { going: true })]));
  expect(slice?.endpoints[0]?.conditions).toEqual({
    ready: false,
    serving: true,
    terminating: true,
  });
});

it('mirrors keep both lists', () => {
  const subsets = [
    {
      addresses: [{ ip: '1' }],
      notReadyAddresses: [{ ip: '2' }],
      ports: [{ port: 1, protocol: 'TCP' }],
    },
  ];
  expect(mirroredSlices(subsets)).toEqual([
    {
      ports: [{ name: '', port: 1, protocol: 'TCP' }],
      endpoints: [
        { addresses: ['1'], conditions: { ready: true } },
        { addresses: ['2'], conditions: { ready: false } },
      ],
    },
  ]);
});

it('a slice has a hundred endpoints at most', () => {
  const pods = Array.from({ length: 250 }, (_, at) => pod(`p${at}`, `ip${at}`));
  const slices = slicesOf(backendsOf(service(), pods));
  expect(slices.map(({ endpoints }) => endpoints.length)).toEqual([100, 100, 50]);
});

it('a service with nobody behind it has an empty slice', () => {
  expect(slicesOf(backendsOf(service(), []))).toEqual([{ ports: [], endpoints: [] }]);
});

it.each<[string, Endpoints['metadata'], boolean]>([
  ['are mirrored', { name: 'e' }, true],
  [
    'not when their label says so',
    { name: 'e', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    false,
  ],
  [
    'any other value does not say so',
    { name: 'e', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'yes' } },
    true,
  ],
  [
    'nor when they are a lock of leaders',
    { name: 'e', annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } },
    false,
  ],
])('endpoints by hand %s', (_name, metadata, wanted) => {
  expect(isMirrored({ apiVersion: 'v1', kind: 'Endpoints', metadata })).toBe(wanted);
});
