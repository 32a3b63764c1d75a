import { expect, it } from 'vitest';
import type { DaemonSet, Node, Pod } from '../objects.ts';
import { daemonPod } from './daemon-set-loop.ts';
import { daemonSetStatus, decideDaemonSet, wantsNode } from './decide-daemon-set.ts';

const set = (spec: Partial<DaemonSet['spec']> = {}): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'd', namespace: 'n', uid: 'u', generation: 4 },
  spec: { selector: {}, template: { spec: { containers: [] } }, ...spec },
});
/** `a` ready, `a?` not, `a!` failed, `a-` going; `o`: of an old template. */
const pod = (text: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: text.charAt(0),
    labels: { 'controller-revision-hash': text.includes('o') ? '1' : '2' },
    ...(text.includes('-') ? { deletionTimestamp: 'now' } : {}),
  },
  spec: { containers: [] },
  status: {
    phase: text.includes('!') ? 'Failed' : 'Running',
    conditions: [
      {
        type: 'Ready',
        status: /[?!]/.test(text) ? 'False' : 'True',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  },
});
const surging = (minReadySeconds = 0): DaemonSet =>
  set({ minReadySeconds, updateStrategy: { rollingUpdate: { maxSurge: '10%' } } });
const list = (text: string): Pod[] => text.split(' ').filter(Boolean).map(pod);
const node: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'x' },
  spec: { unschedulable: true },
  status: { allocatable: { pods: '0' } },
};

it.each<[string, DaemonSet, string, boolean, Array<number | string>]>([
  ['makes one', set(), '', true, [1]],
  ['one is enough', set(), 'a', true, [0]],
  ['not two', set(), 'a? b', true, [0, 'a']],
  ['an old one is replaced', set(), 'ao', true, [0, 'a']],
  ['after it is gone', set(), 'ao-', true, [0]],
  ['not by itself with OnDelete', set({ updateStrategy: { type: 'OnDelete' } }), 'ao', true, [0]],
  ['with a surge the new one comes first', surging(), 'ao', true, [1]],
  ['and the old one waits for it', surging(), 'ao b?', true, [0]],
  ['to be available', surging(60), 'ao b', true, [0]],
  ['and then goes', surging(), 'ao b', true, [0, 'a']],
  ['a failed one goes', set(), 'a!', true, [0, 'a']],
  ['none where it is not wanted', set(), 'a', false, [0, 'a']],
])('%s', (...[, object, pods, wanted, expected]) => {
  const now = new Date('2026-01-01T00:00:30Z');
  const plan = decideDaemonSet(object, list(pods), { wanted, revision: '2', now });
  expect([plan.create, ...plan.remove.map((each) => each.metadata.name)]).toEqual(expected);
});

it('counts the one node', () => {
  const how = { wanted: true, revision: '2', now: new Date() };
  expect(daemonSetStatus(set(), list('a'), how)).toEqual({
    observedGeneration: 4,
    currentNumberScheduled: 1,
    desiredNumberScheduled: 1,
    numberMisscheduled: 0,
    numberReady: 1,
    numberAvailable: 1,
    updatedNumberScheduled: 1,
  });
  expect(daemonSetStatus(set(), list('ao?'), how)).toMatchObject({
    numberReady: 0,
    numberUnavailable: 1,
  });
});

it('a cordoned and full node still gets its daemons, one of another kind does not', () => {
  expect(wantsNode(set(), daemonPod(set(), '2'), node)).toBe(true);
  const picky = set({ template: { spec: { containers: [], nodeSelector: { gpu: 'yes' } } } });
  expect(wantsNode(picky, daemonPod(picky, '2'), node)).toBe(false);
  expect(wantsNode(set(), daemonPod(set(), '2'), undefined)).toBe(false);
});
