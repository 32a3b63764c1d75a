import { describe, expect, it } from 'vitest';
import type { Pod } from '../objects.ts';
import type { MetricTarget, PodUsage } from './autoscaler.ts';
import { replicasFor } from './metric-replicas.ts';

const now = new Date('2026-01-02T04:00:00Z');

interface More {
  readonly phase?: string;
  readonly ready?: string;
  readonly started?: string;
  readonly request?: string;
}

function pod(name: string, more: More = {}): Pod {
  const {
    phase = 'Running',
    ready = 'True',
    request = '1',
    started = '2026-01-02T00:00:00Z',
  } = more;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name },
    spec: { containers: [{ name: 'c', resources: { requests: { cpu: request } } }] },
    status: {
      phase,
      startTime: started,
      conditions: [{ type: 'Ready', status: ready as 'True', lastTransitionTime: started }],
    },
  };
}

/** `a:0.3 b:0.9`: what each pod uses; one without a number tells nothing, `!` is not ready, `~` is Pending. */
function ask(text: string, target: MetricTarget, current?: number) {
  const words = text.split(' ');
  const pods = words.map((word) =>
    pod(word.charAt(0), {
      ...(word.includes('!') ? { ready: 'False', started: '2026-01-02T03:59:00Z' } : {}),
      ...(word.includes('~') ? { phase: 'Pending' } : {}),
    }),
  );
  const usage = words
    .filter((word) => word.includes(':'))
    .map((word): [string, PodUsage] => {
      const cores = Number(word.slice(word.indexOf(':') + 1));
      return [word.charAt(0), new Map([['c', { cores, memoryBytes: 2 ** 20 }]])];
    });
  const question = {
    resource: 'cpu',
    target,
    tolerance: { up: 0.1, down: 0.1 },
    currentReplicas: current ?? words.length,
    now,
  };
  return replicasFor(question, pods, new Map(usage));
}

const half: MetricTarget = { averageUtilization: 50 };

describe('replicas by usage', () => {
  it.each([
    ['at the target', 'a:0.5 b:0.5', half, 2],
    ['within the tolerance', 'a:0.55 b:0.54', half, 2],
    ['above', 'a:0.9 b:0.9', half, 4],
    ['rounded up', 'a:0.6 b:0.6 c:0.6', half, 4],
    ['below', 'a:0.1 b:0.1 c:0.1 d:0.1', half, 1],
    ['to the last one only', 'a:0.01', half, 1],
    ['by value', 'a:0.9 b:0.9', { averageValue: '300m' }, 6],
    ['one that tells nothing counts as idle on the way up', 'a:1 b:1 c', half, 4],
    ['and as busy on the way down', 'a:0.1 b:0.1 c', half, 3],
    ['one that is not ready counts as idle', 'a:1 b!:0.9', half, 2],
    ['and not at all on the way down', 'a:0.2 b!:0.9', half, 1],
    ['one that is Pending too', 'a:1 b~', half, 2],
  ] as Array<[string, string, MetricTarget, number]>)('%s', (_name, text, target, wanted) => {
    expect(ask(text, target).replicas).toBe(wanted);
  });

  it('tells what it saw', () => {
    expect(ask('a:0.25 b:0.5', half).current).toEqual({
      averageUtilization: 37,
      averageValue: '375m',
    });
  });

  it.each([
    ['no pod tells anything', 'a b', 'did not receive metrics for targeted pods'],
    ['no pod is ready', 'a!:1', 'did not receive metrics for targeted pods'],
  ])('%s', (_name, text, why) => {
    expect(() => ask(text, half)).toThrow(why);
  });

  it('a share of nothing is refused', () => {
    const bare = { ...pod('a'), spec: { containers: [{ name: 'c' }] } };
    const usage = new Map([['a', new Map([['c', { cores: 1, memoryBytes: 1 }]])]]);
    const question = {
      resource: 'cpu',
      target: half,
      tolerance: { up: 0.1, down: 0.1 },
      currentReplicas: 1,
      now,
    };
    expect(() => replicasFor(question, [bare], usage)).toThrow(
      'missing request for cpu in container c of Pod a',
    );
  });
});
