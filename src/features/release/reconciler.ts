import type { Run } from '../../base/index.ts';
import { releaseNameOf, targetNamespaceOf } from '../../api/helm-release/index.ts';
import type { HelmRelease } from '../../api/helm-release/index.ts';
import type { Reconciler } from '../../lib/controller/index.ts';
import { act, failureEvent } from './act/act.ts';
import { aboutOf } from './act/acting.ts';
import type { ActPorts, Acting } from './act/acting.ts';
import { decide } from './decide.ts';
import { createRounds, loggerFor } from './rounds.ts';
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
  const rounds = createRounds(acting.metrics, ports.logDifferences);
  const actingOn = (object: HelmRelease, run: Run, attempt: string): Acting => {
    const [name, namespace] = [releaseNameOf(object), targetNamespaceOf(object)];
    heads.touched({ name, namespace });
    const { cluster, render } = acting;
    const mine: Run = { ...run, log: loggerFor(object, run) };
    return { ...acting, object, run: mine, attempt, helm: { ...mine, cluster, render } };
  };
  const ended = (object: HelmRelease): void =>
    rounds.end(object, acting.attempts.last(object.metadata) === undefined);
  return {
    kind: acting.statuses.kind,
    finalizer,
    observe: async (object, run) => {
      rounds.begin(object, run);
      const view = await observe(observing, object, run);
      rounds.compared(object, view);
      return view;
    },
    decide: (object, view) => {
      const decision = decide(object, view);
      if (decision.is !== 'act') {
        ended(object);
        return decision;
      }
      return { ...decision, step: { step: decision.step, attempt: view.attempt } };
    },
    nameOf: ({ step }) => step.do,
    act: async (object, { step, attempt }, run) => {
      await act(actingOn(object, run, attempt), step);
      ended(object);
    },
    finalize: (object, run) => finalize(actingOn(object, run, '')),
    failureEvent: (object, error) => ({ ...failureEvent(object, error), about: aboutOf(object) }),
  };
}
