import { describe, expect, it } from 'vitest';
import { kinds } from '../../../lib/kube/index.ts';
import { decideDependent, decideOwner, type OwnerState } from './decide-collect.ts';
import { createGraph, type GraphNode } from './graph.ts';

const node = (uid: string, more: Partial<GraphNode> = {}): GraphNode => ({
  kind: kinds.ConfigMap,
  uid,
  name: uid,
  namespace: 'n',
  version: '1',
  owners: [],
  finalizers: [],
  isDeleting: false,
  ...more,
});
const owner = (uid: string, blockOwnerDeletion = true) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: uid,
  uid,
  blockOwnerDeletion,
});

describe('decideDependent', () => {
  it.each<[string, Partial<GraphNode>, Record<string, OwnerState>, boolean, object]>([
    [
      'its only owner is gone',
      { owners: [owner('a')] },
      { a: 'gone' },
      true,
      { do: 'delete', propagation: 'Background' },
    ],
    [
      'one owner is left',
      { owners: [owner('a'), owner('b')] },
      { a: 'gone', b: 'solid' },
      false,
      { do: 'disown', uids: ['a'] },
    ],
    ['all is well', { owners: [owner('a')] }, { a: 'solid' }, false, { do: 'nothing' }],
    [
      'its owner waits for it',
      { owners: [owner('a')] },
      { a: 'waiting' },
      false,
      { do: 'delete', propagation: 'Background' },
    ],
    [
      'and it has dependents itself',
      { owners: [owner('a')] },
      { a: 'waiting' },
      true,
      { do: 'delete', propagation: 'Foreground' },
    ],
    [
      'it keeps its own orphans',
      { owners: [owner('a')], finalizers: ['orphan'] },
      { a: 'gone' },
      true,
      { do: 'delete', propagation: 'Orphan' },
    ],
    ['an owner nobody could look up', { owners: [owner('a')] }, {}, false, { do: 'nothing' }],
    [
      'it is going already',
      { owners: [owner('a')], isDeleting: true },
      { a: 'gone' },
      false,
      { do: 'nothing' },
    ],
  ])('%s', (...[, more, states, hasDependents, expected]) => {
    const step = decideDependent(node('x', more), new Map(Object.entries(states)), hasDependents);
    expect(step).toMatchObject(expected);
  });
});

describe('decideOwner', () => {
  const below = node('d', { owners: [owner('x')] });
  it.each<[string, Partial<GraphNode>, GraphNode[], string[]]>([
    ['not going', { finalizers: ['foregroundDeletion'] }, [below], []],
    ['foreground waits', { isDeleting: true, finalizers: ['foregroundDeletion'] }, [below], []],
    [
      'foreground is through',
      { isDeleting: true, finalizers: ['foregroundDeletion'] },
      [],
      ['unfinalize x'],
    ],
    [
      'it waits only for those that hold it back',
      { isDeleting: true, finalizers: ['foregroundDeletion'] },
      [node('d', { owners: [owner('x', false)] })],
      ['unfinalize x'],
    ],
    [
      'orphans are let go first',
      { isDeleting: true, finalizers: ['orphan'] },
      [below],
      ['disown d', 'unfinalize x'],
    ],
    ['other finalizers are not ours', { isDeleting: true, finalizers: ['mine'] }, [below], []],
  ])('%s', (_name, more, dependents, expected) => {
    const steps = decideOwner(node('x', more), dependents);
    expect(steps.map((each) => ('node' in each ? `${each.do} ${each.node.uid}` : each.do))).toEqual(
      expected,
    );
  });
});

it('the graph follows changed owners and remembers the dead', () => {
  const graph = createGraph();
  graph.put(node('d', { owners: [owner('a')] }));
  graph.put(node('d', { owners: [owner('b')] }));
  expect(graph.dependents('a')).toEqual([]);
  expect(graph.dependents('b').map((each) => each.uid)).toEqual(['d']);
  graph.remove('d');
  expect(graph.dependents('b')).toEqual([]);
  expect([graph.isDead('d'), graph.isDead('b')]).toEqual([true, false]);
});
