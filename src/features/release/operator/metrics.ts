import { Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../../../base/index.ts';
import { releaseNameOf, targetNamespaceOf } from '../../../api/helm-release/index.ts';
import type { HelmRelease } from '../../../api/helm-release/index.ts';

export type ReleaseAction =
  | 'sync'
  | 'install'
  | 'upgrade'
  | 'rollback'
  | 'uninstall'
  | 'dry-run-compare'
  | 'annotate'
  | 'test';

/** The Helm Operator's metrics, under the same names. */
export interface ReleaseMetrics {
  /** Measures one action; a throw counts as no success. */
  time<T>(
    clock: Clock,
    what: { readonly action: ReleaseAction; readonly object: HelmRelease },
    work: () => Promise<T>,
  ): Promise<T>;
  /** Notes an action that was measured elsewhere. */
  observe(action: ReleaseAction, object: HelmRelease, outcome: Outcome): void;
  /** Takes over the conditions of an object; those that it no longer has are gone. */
  conditions(object: HelmRelease): void;
  forget(object: HelmRelease): void;
  text(): Promise<string>;
  readonly contentType: string;
}

const prefix = 'flux_helm_operator_';
const buckets = [1, 5, 10, 30, 60, 120, 180, 300, 600, 1800];
const valueOf = { True: 1, False: -1, Unknown: 0 } as const;

/** `counts` are asked when the metrics are read. */
export function createReleaseMetrics(counts: {
  readonly releases: () => number;
  readonly queued: () => number;
}): ReleaseMetrics {
  const registry = new Registry();
  const { actions, syncs, phases, conditions } = series(registry, counts);
  const forget = (object: HelmRelease, keep: readonly string[] = []): void => {
    for (const condition of conditionTypes) {
      if (!keep.includes(condition)) conditions.remove({ ...labelsOf(object), condition });
    }
  };
  const note = (action: ReleaseAction, object: HelmRelease, of: Outcome): void => {
    const success = String(of.isGood);
    const labels = labelsOf(object);
    const old = { success, namespace: labels.target_namespace, release_name: labels.release_name };
    actions.observe({ action, success, ...labels }, of.seconds);
    if (action === 'sync') syncs.observe(old, of.seconds);
    else phases.observe({ action, ...old }, of.seconds);
  };
  return {
    time: async (clock, { action, object }, work) => {
      const startedAt = clock.now().getTime();
      const end = (isGood: boolean): void =>
        note(action, object, { isGood, seconds: (clock.now().getTime() - startedAt) / 1000 });
      try {
        const result = await work();
        end(true);
        return result;
      } catch (thrown) {
        end(false);
        throw thrown;
      }
    },
    observe: note,
    conditions: (object) => {
      const all = object.status?.conditions ?? [];
      forget(
        object,
        all.map(({ type }) => type),
      );
      for (const { type, status } of all) {
        conditions.set({ ...labelsOf(object), condition: type }, valueOf[status]);
      }
    },
    forget: (object) => forget(object),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** How an action went, and how long it took. */
export interface Outcome {
  readonly isGood: boolean;
  readonly seconds: number;
}

const conditionTypes = ['ChartFetched', 'Deployed', 'Released', 'RolledBack', 'Tested', 'Drifted'];

function series(
  registry: Registry,
  { releases, queued }: { releases: () => number; queued: () => number },
): Record<'actions' | 'syncs' | 'phases', Histogram> & { conditions: Gauge } {
  const made = (name: string, help: string, ...labelNames: string[]) => ({
    name: `${prefix}${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  const asked = (name: string, help: string, ask: () => number): Gauge =>
    new Gauge({
      ...made(name, help),
      collect() {
        this.set(ask());
      },
    });
  asked('release_count', 'Number of releases managed by the operator.', releases);
  asked('release_queue_length_count', 'Releases that wait to be looked at.', queued);
  const histogram = (name: string, help: string, ...labels: string[]): Histogram =>
    new Histogram({ ...made(name, help, ...labels), buckets });
  const old = ['success', 'namespace', 'release_name'];
  return {
    actions: histogram(
      'release_action_duration_seconds',
      'Duration of an action of a release, in seconds.',
      'action',
      'success',
      'target_namespace',
      'release_name',
    ),
    syncs: histogram('release_duration_seconds', 'Deprecated: duration of a sync.', ...old),
    phases: histogram(
      'release_phase_duration_seconds',
      'Deprecated: duration of a phase of a sync.',
      'action',
      ...old,
    ),
    conditions: new Gauge(
      made(
        'release_condition_info',
        'Condition of a release: -1 is False, 0 Unknown, 1 True.',
        'target_namespace',
        'release_name',
        'condition',
      ),
    ),
  };
}

function labelsOf(object: HelmRelease): { target_namespace: string; release_name: string } {
  return { target_namespace: targetNamespaceOf(object), release_name: releaseNameOf(object) };
}
