import { expect, it } from 'vitest';
import type { Node, Pod, PodSpec } from '../objects.ts';
import { decideSchedule, isToPlace } from './decide-schedule.ts';
import { quantity } from './quantity.ts';

const node = (spec: Node['spec'] = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', labels: { disk: 'ssd' } },
  spec,
  status: { allocatable: { cpu: '2', memory: '1Gi', pods: '3' } },
});
const pod = (spec: Partial<PodSpec> = {}, requests: Record<string, string> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', resources: { requests } }], ...spec },
});
const wants = (expression: object) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [expression] }],
      },
    },
  },
});
const taints = { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] };
const no = (why: string): string => `0/1 nodes are available: 1 ${why}.`;
const mismatch = no("node(s) didn't match Pod's node affinity/selector");

it.each<[string, Pod, Node | undefined, Pod[], string | undefined]>([
  ['fits', pod(), node(), [], undefined],
  ['no node', pod(), undefined, [], 'no nodes available to schedule pods'],
  ['cordoned', pod(), node({ unschedulable: true }), [], no('node(s) were unschedulable')],
  ['tainted', pod(), node(taints), [], no('node(s) had untolerated taint {gpu: yes}')],
  [
    'tolerated by value',
    pod({ tolerations: [{ key: 'gpu', value: 'yes' }] }),
    node(taints),
    [],
    undefined,
  ],
  [
    'tolerates everything',
    pod({ tolerations: [{ operator: 'Exists' }] }),
    node(taints),
    [],
    undefined,
  ],
  ['selector fits', pod({ nodeSelector: { disk: 'ssd' } }), node(), [], undefined],
  ['selector does not', pod({ nodeSelector: { disk: 'hdd' } }), node(), [], mismatch],
  [
    'affinity fits',
    pod(wants({ key: 'disk', operator: 'In', values: ['ssd'] })),
    node(),
    [],
    undefined,
  ],
  [
    'affinity does not',
    pod(wants({ key: 'disk', operator: 'DoesNotExist' })),
    node(),
    [],
    mismatch,
  ],
  ['cpu', pod({}, { cpu: '1500m' }), node(), [pod({}, { cpu: '600m' })], no('Insufficient cpu')],
  ['memory', pod({}, { memory: '1025Mi' }), node(), [], no('Insufficient memory')],
  [
    'ended pods take no room',
    pod({}, { cpu: '2' }),
    node(),
    [{ ...pod({}, { cpu: '2' }), status: { phase: 'Succeeded' } }],
    undefined,
  ],
  ['too many', pod(), node(), [pod(), pod(), pod()], no('Too many pods')],
])('%s', (...[, object, at, others, expected]) => {
  expect(decideSchedule(object, at, others)).toBe(expected);
});

it.each<[string, Partial<PodSpec>, boolean]>([
  ['a pod', {}, true],
  ['one that has a node', { nodeName: 'n' }, false],
  ['one with a gate', { schedulingGates: [{ name: 'g' }] }, false],
  ['one of another scheduler', { schedulerName: 'other' }, false],
])('%s', (_name, spec, expected) => {
  expect(isToPlace(pod(spec))).toBe(expected);
});

it.each([
  ['100m', 0.1],
  ['1.5', 1.5],
  ['2Ki', 2048],
  ['1e3', 1000],
  ['x', 0],
])('%s is %s', (text, expected) => {
  expect(quantity(text)).toBeCloseTo(expected);
});
