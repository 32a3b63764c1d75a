import { expect, it } from 'vitest';
import type { Pod } from '../objects.ts';
import { decideDisruption } from './decide-disruption.ts';

const pod = (isReady: boolean, phase = 'Running'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [] },
  status: { phase, conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
});
const three = [pod(true), pod(true), pod(true)];

// expected, healthy, desired, allowed
it.each([
  ['a number at least', { minAvailable: 2 }, three, 3, '3 3 2 1'],
  ['a share at least, rounded up', { minAvailable: '50%' }, three, 3, '3 3 2 1'],
  ['a number away', { maxUnavailable: 1 }, three, 3, '3 3 2 1'],
  ['a share away, rounded up', { maxUnavailable: '30%' }, three, 3, '3 3 2 1'],
  ['one is not ready', { minAvailable: 2 }, [pod(false), pod(true), pod(true)], 3, '3 2 2 0'],
  ['one is missing', { maxUnavailable: 1 }, [pod(true), pod(true)], 3, '3 2 2 0'],
  [
    'ended pods do not count',
    { minAvailable: 1 },
    [pod(false, 'Succeeded'), pod(true)],
    1,
    '1 1 1 0',
  ],
  ['no pods', { minAvailable: 0 }, [], 0, '0 0 0 0'],
])('a budget: %s', (...[, spec, pods, scale, wanted]) => {
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', generation: 2 },
    spec,
  };
  const found = decideDisruption(budget, pods, scale, new Date(0));
  const { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed } = found;
  const numbers = [expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed];
  expect(numbers.join(' ')).toBe(wanted);
  expect(found.conditions?.[0]).toMatchObject({
    type: 'DisruptionAllowed',
    status: disruptionsAllowed > 0 ? 'True' : 'False',
    observedGeneration: 2,
  });
});
