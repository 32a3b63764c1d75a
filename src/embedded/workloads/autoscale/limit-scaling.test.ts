import { describe, expect, it } from 'vitest';
import type { Autoscaler } from './autoscaler.ts';
import { limitScaling, type Memory, type Noted } from './limit-scaling.ts';

const now = new Date('2026-01-02T04:00:00Z');
/** `-30:5`: five, thirty seconds ago. */
const noted = (text: string): Noted[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((each) => {
      const [seconds = 0, count = 0] = each.split(':').map(Number);
      return { at: now.getTime() + seconds * 1000, count };
    });

const memory = (recommendations = '', ups = '', downs = ''): Memory => ({
  recommendations: noted(recommendations),
  ups: noted(ups),
  downs: noted(downs),
});

const autoscaler = (behavior?: Autoscaler['spec']['behavior']): Autoscaler => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a' },
  spec: {
    scaleTargetRef: { kind: 'Deployment', name: 'd' },
    minReplicas: 2,
    maxReplicas: 20,
    ...(behavior === undefined ? {} : { behavior }),
  },
});

type Behavior = Autoscaler['spec']['behavior'];
const up = (rules: object): Behavior => ({ scaleUp: rules });
const down = (rules: object): Behavior => ({
  scaleDown: { stabilizationWindowSeconds: 0, ...rules },
});
const pods = (value: number, periodSeconds = 60): object => ({
  policies: [{ type: 'Pods', value, periodSeconds }],
});

describe('limits of scaling', () => {
  it.each([
    ['as it is', undefined, 5, 5, memory(), 5, 'ReadyForNewScale DesiredWithinRange'],
    ['up by twice', undefined, 5, 12, memory(), 10, 'ReadyForNewScale ScaleUpLimit'],
    ['or to four', undefined, 2, 8, memory(), 4, 'ReadyForNewScale ScaleUpLimit'],
    ['not above the maximum', undefined, 15, 90, memory(), 20, 'ReadyForNewScale TooManyReplicas'],
    ['down at once', undefined, 9, 3, memory(), 3, 'ReadyForNewScale DesiredWithinRange'],
    ['not below the minimum', undefined, 9, 1, memory(), 2, 'ReadyForNewScale TooFewReplicas'],
    [
      'down waits for five minutes',
      undefined,
      9,
      3,
      memory('-200:8'),
      8,
      'ScaleDownStabilized DesiredWithinRange',
    ],
    ['and no longer', undefined, 9, 3, memory('-301:8'), 3, 'ReadyForNewScale DesiredWithinRange'],
    [
      'up waits when it is told to',
      up({ stabilizationWindowSeconds: 60 }),
      4,
      9,
      memory('-30:6'),
      6,
      'ScaleUpStabilized DesiredWithinRange',
    ],
    ['by a number of pods', up(pods(3)), 4, 9, memory(), 7, 'ReadyForNewScale ScaleUpLimit'],
    [
      'less those that came just now',
      up(pods(3)),
      6,
      9,
      memory('', '-30:2'),
      7,
      'ReadyForNewScale ScaleUpLimit',
    ],
    ['never', up({ selectPolicy: 'Disabled' }), 4, 9, memory(), 4, 'ReadyForNewScale ScaleUpLimit'],
    [
      'down by a number of pods',
      down(pods(1)),
      9,
      3,
      memory(),
      8,
      'ReadyForNewScale ScaleDownLimit',
    ],
    [
      'less those that went just now',
      down(pods(2)),
      8,
      3,
      memory('', '', '-10:1'),
      7,
      'ReadyForNewScale ScaleDownLimit',
    ],
    [
      'by half',
      down({ policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }] }),
      9,
      2,
      memory(),
      4,
      'ReadyForNewScale ScaleDownLimit',
    ],
  ] as Array<[string, Behavior, number, number, Memory, number, string]>)(
    '%s',
    (...[, behavior, current, wanted, before, replicas, reasons]) => {
      const limited = limitScaling(autoscaler(behavior), { current, wanted, now }, before);
      expect([limited.replicas, limited.said.map(({ reason }) => reason).join(' ')]).toEqual([
        replicas,
        reasons,
      ]);
    },
  );
});
