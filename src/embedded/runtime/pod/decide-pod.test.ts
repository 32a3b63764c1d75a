import { describe, expect, it } from 'vitest';
import { decidePod, nextBackoffMs, type ContainerView } from './decide-pod.ts';
import type { PodSpec } from './pod.ts';

const ended = (exitCode: number) =>
  ({
    state: 'terminated',
    terminated: { exitCode, reason: '', startedAt: '', finishedAt: '' },
  }) as const;
const view = (name: string, more: Partial<ContainerView> = {}): ContainerView => ({
  spec: { name, image: 'i' },
  isInit: false,
  state: 'waiting',
  started: false,
  restartCount: 0,
  ...more,
});
const init = (name: string, more: Partial<ContainerView> = {}): ContainerView =>
  view(name, { isInit: true, ...more });
const sidecar = (name: string, more: Partial<ContainerView> = {}): ContainerView =>
  init(name, { spec: { name, image: 'i', restartPolicy: 'Always' }, ...more });
const up = { state: 'running', started: true } as const;

const rows: Array<[string, Partial<PodSpec>, ContainerView[], object]> = [
  [
    'a new pod starts all its containers',
    {},
    [view('a'), view('b')],
    { start: ['a', 'b'], phase: 'Pending', initialized: true },
  ],
  [
    'all up is Running',
    {},
    [view('a', up), view('b', up)],
    { start: [], phase: 'Running', initialized: true },
  ],
  [
    'one still starting is Pending',
    {},
    [view('a', up), view('b', { state: 'starting' })],
    { start: [], phase: 'Pending', initialized: true },
  ],
  [
    'init containers come first',
    {},
    [init('i'), view('a')],
    { start: ['i'], phase: 'Pending', initialized: false },
  ],
  [
    'one init container after the other',
    {},
    [init('i', ended(0)), init('j'), view('a')],
    { start: ['j'], phase: 'Pending', initialized: false },
  ],
  [
    'after the last init container the others start',
    {},
    [init('i', ended(0)), view('a')],
    { start: ['a'], phase: 'Pending', initialized: true },
  ],
  [
    'a failed init container is tried again',
    {},
    [init('i', ended(1)), view('a')],
    { start: ['i'], phase: 'Pending', initialized: false },
  ],
  [
    'unless the policy is Never',
    { restartPolicy: 'Never' },
    [init('i', ended(1)), view('a')],
    { start: [], phase: 'Failed', initialized: false },
  ],
  [
    'a sidecar must be started before the others',
    {},
    [sidecar('s', { state: 'running' }), view('a')],
    { start: [], phase: 'Pending', initialized: false },
  ],
  [
    'a started sidecar lets them go on',
    {},
    [sidecar('s', up), view('a')],
    { start: ['a'], phase: 'Pending', initialized: true },
  ],
  [
    'a sidecar that ended is restarted and holds nobody back',
    {},
    [sidecar('s', { ...ended(1), restartCount: 1 }), view('a', up)],
    { start: ['s'], phase: 'Running', initialized: true },
  ],
  [
    'Always restarts also after success',
    {},
    [view('a', ended(0))],
    { start: ['a'], phase: 'Running', initialized: true },
  ],
  [
    'OnFailure does not',
    { restartPolicy: 'OnFailure' },
    [view('a', ended(0))],
    { start: [], phase: 'Succeeded', initialized: true },
  ],
  [
    'OnFailure restarts a failure',
    { restartPolicy: 'OnFailure' },
    [view('a', ended(3))],
    { start: ['a'], phase: 'Running', initialized: true },
  ],
  [
    'Never: one failure fails the pod',
    { restartPolicy: 'Never' },
    [view('a', ended(0)), view('b', ended(1))],
    { start: [], phase: 'Failed', initialized: true },
  ],
  [
    'Never: still one running',
    { restartPolicy: 'Never' },
    [view('a', ended(1)), view('b', up)],
    { start: [], phase: 'Running', initialized: true },
  ],
  [
    'back-off holds a restart back',
    {},
    [view('a', { ...ended(1), notBefore: 1500, restartCount: 2 })],
    { start: [], waitMs: 500, phase: 'Running', initialized: true },
  ],
];

describe('decidePod', () => {
  it.each(rows)('%s', (_name, spec, views, expected) => {
    expect(decidePod({ containers: [], ...spec }, views, 1000)).toEqual(expected);
  });
});

describe('nextBackoffMs', () => {
  it.each([
    [undefined, 5, 0],
    [0, 5, 10_000],
    [10_000, 5, 20_000],
    [160_000, 5, 300_000],
    [300_000, 5, 300_000],
    [300_000, 600_000, 0],
  ])('after %s and %s ms of running: %s', (before, ranFor, expected) => {
    expect(nextBackoffMs(before, ranFor)).toBe(expected);
  });
});
