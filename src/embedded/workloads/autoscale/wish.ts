import { KnownError, messageOf } from '../../../base/index.ts';
import type { Pod } from '../objects.ts';
import type { Autoscaler, MetricSpec, PodUsage, Said } from './autoscaler.ts';
import { replicasFor } from './metric-replicas.ts';

/** How many replicas the metrics ask for. */
export interface Wish {
  readonly replicas: number;
  /** The metric that asks for the most, in words. */
  readonly metric: string;
  readonly currentMetrics: object[];
  readonly said: Said;
}

export interface WishWorld {
  readonly currentReplicas: number;
  readonly pods: readonly Pod[];
  readonly usageOf: ReadonlyMap<string, PodUsage>;
  readonly now: Date;
}

/** Why a metric could not be reckoned; `reason` is that of the condition. */
export class MetricFailure extends KnownError {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super('failed', message);
    this.reason = reason;
  }
}

const usual: readonly MetricSpec[] = [
  {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  },
];

/**
 * The largest of what the metrics ask for. A metric that fails is left out, unless all fail, or the others
 * ask for less than there is: then it is a `MetricFailure`. Pure.
 */
export function wishOf(autoscaler: Autoscaler, world: WishWorld): Wish {
  const metrics = autoscaler.spec.metrics ?? usual;
  const answers: Answer[] = [];
  const failures: MetricFailure[] = [];
  for (const metric of metrics) {
    try {
      answers.push(ask(autoscaler, metric, world));
    } catch (thrown) {
      if (!(thrown instanceof MetricFailure)) throw thrown;
      failures.push(thrown);
    }
  }
  const [best] = answers.toSorted((a, b) => b.replicas - a.replicas);
  const [first] = failures;
  const isShort = best === undefined || best.replicas < world.currentReplicas;
  if (first !== undefined && isShort) throw invalidMetrics(first, failures, metrics);
  const { replicas, metric } = best ?? { replicas: world.currentReplicas, metric: '' };
  const message = `the HPA was able to successfully calculate a replica count from ${metric}`;
  return {
    replicas,
    metric,
    currentMetrics: answers.map(({ status }) => status),
    said: { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message },
  };
}

function invalidMetrics(
  { reason, message }: MetricFailure,
  { length: invalid }: readonly MetricFailure[],
  { length: all }: readonly MetricSpec[],
): MetricFailure {
  const text = `invalid metrics (${invalid} invalid out of ${all}), first error is: ${message}`;
  return new MetricFailure(reason, text);
}

interface Answer {
  readonly replicas: number;
  readonly metric: string;
  readonly status: object;
}

function ask(autoscaler: Autoscaler, metric: MetricSpec, world: WishWorld): Answer {
  const { resource, containerResource } = metric;
  if (metric.type === 'Resource' && resource !== undefined)
    return answer(autoscaler, world, { ...resource, form: 'resource' });
  if (metric.type === 'ContainerResource' && containerResource !== undefined)
    return answer(autoscaler, world, { ...containerResource, form: 'containerResource' });
  const name =
    metric.pods?.metric.name ?? metric.object?.metric.name ?? metric.external?.metric.name ?? '';
  throw new MetricFailure(
    `FailedGet${metric.type}Metric`,
    `unable to get metric ${name}: only Resource and ContainerResource metrics are served here`,
  );
}

interface Asked {
  readonly form: 'resource' | 'containerResource';
  readonly name: string;
  readonly container?: string;
  readonly target: NonNullable<MetricSpec['resource']>['target'];
}

const types = { resource: 'Resource', containerResource: 'ContainerResource' } as const;

function answer({ spec }: Autoscaler, world: WishWorld, asked: Asked): Answer {
  const { form, name, container, target } = asked;
  const tolerance = toleranceOf(spec.behavior);
  const isPercent = target.averageUtilization !== undefined;
  try {
    const question = { ...world, resource: name, container, target, tolerance };
    const { replicas, current } = replicasFor(question, world.pods, world.usageOf);
    const named = container === undefined ? { name } : { name, container };
    const what = form === 'resource' ? `${name} resource` : `${name} container resource`;
    return {
      replicas,
      metric: isPercent ? `${what} utilization (percentage of request)` : what,
      status: { type: types[form], [form]: { ...named, current } },
    };
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const text = `failed to get ${name} ${isPercent ? 'utilization' : 'usage'}: ${messageOf(thrown)}`;
    throw new MetricFailure(`FailedGet${types[form]}Metric`, text);
  }
}

function toleranceOf(behavior: Autoscaler['spec']['behavior']): { up: number; down: number } {
  const { scaleUp, scaleDown } = behavior ?? {};
  return { up: Number(scaleUp?.tolerance ?? 0.1), down: Number(scaleDown?.tolerance ?? 0.1) };
}
