import type { Key, Run } from '../../base/index.ts';
import { releaseNameOf, resourceIdOf, targetNamespaceOf } from '../../api/helm-release/index.ts';
import type { HelmRelease } from '../../api/helm-release/index.ts';
import type { Reconciler } from '../../lib/controller/index.ts';
import { act, failureEvent } from './act/act.ts';
import { aboutOf } from './act/acting.ts';
import type { ActPorts, Acting } from './act/acting.ts';
import { decide } from './decide.ts';
import type { ReleaseStep } from './step.ts';
import type { ReleaseView } from './view.ts';
import { finalize } from './finalize.ts';
import type { LiveReleases } from './live-releases.ts';
import { observe } from './observe.ts';
import type { ObservePorts } from './observe.ts';
import type { ReleaseHeads } from './watch/release-heads.ts';

/** Keeps the finalizer's place on the object; the release is uninstalled before it goes. */
const finalizer = 'helm.fluxcd.io/release';

/** A step, and what it is an attempt of. */
export interface AttemptedStep {
  readonly step: ReleaseStep;
  readonly attempt: string;
}

export interface ReconcilerPorts {
  readonly observing: ObservePorts;
  readonly acting: ActPorts;
  readonly heads: ReleaseHeads;
  readonly liveReleases: LiveReleases;
  readonly logDifferences: boolean;
}

/** The reconciler of the HelmReleases of one kind. */
export function releaseReconciler(
  ports: ReconcilerPorts,
): Reconciler<HelmRelease, ReleaseView, AttemptedStep> {
  const { observing, acting, heads } = ports;
  const startedAt = new Map<string, number>();
  const actingOn = (object: HelmRelease, run: Run, attempt: string): Acting => {
    const [name, namespace] = [releaseNameOf(object), targetNamespaceOf(object)];
    heads.touched({ name, namespace });
    const { cluster, render } = acting;
    const facts = { release: name, targetNamespace: namespace, helmVersion: 'v3' };
    const log = run.log.with({ ...facts, resource: resourceIdOf(object) });
    const mine: Run = { ...run, log };
    return { ...acting, object, run: mine, attempt, helm: { ...mine, cluster, render } };
  };
  const ended = (object: HelmRelease, run: Run, isGood: boolean): void => {
    const now = run.clock.now().getTime();
    const since = startedAt.get(idOf(object)) ?? now;
    acting.metrics.observe('sync', object, { isGood, seconds: (now - since) / 1000 });
    acting.metrics.conditions(object);
  };
  return {
    kind: acting.statuses.kind,
    finalizer,
    observe: async (object, run) => {
      startedAt.set(idOf(object), run.clock.now().getTime());
      const view = await observe(observing, object, run);
      const difference = view.live?.difference;
      if (ports.logDifferences && difference !== undefined) {
        run.log.info('difference detected during release comparison', { difference });
      }
      return view;
    },
    decide: (object, view) => {
      const decision = decide(object, view);
      if (decision.is !== 'act') return decision;
      return { ...decision, step: { step: decision.step, attempt: view.attempt } };
    },
    nameOf: ({ step }) => step.do,
    act: async (object, { step, attempt }, run) => {
      await act(actingOn(object, run, attempt), step);
      ended(object, run, acting.attempts.last(object.metadata) === undefined);
    },
    finalize: (object, run) => finalize(actingOn(object, run, '')),
    failureEvent: (object, error) => ({ ...failureEvent(object, error), about: aboutOf(object) }),
  };
}

function idOf({ metadata }: HelmRelease): string {
  const key: Key = metadata;
  return `${key.namespace ?? ''}/${key.name}`;
}
