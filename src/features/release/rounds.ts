import type { Logger, Run } from '../../base/index.ts';
import { releaseNameOf, resourceIdOf, targetNamespaceOf } from '../../api/helm-release/index.ts';
import type { HelmRelease } from '../../api/helm-release/index.ts';
import { isNew } from './left-behind.ts';
import type { ReleaseMetrics } from './operator/metrics.ts';
import type { ReleaseView } from './view.ts';

/** What log and metrics are told of each look at a HelmRelease. */
export interface Rounds {
  begin(object: HelmRelease, run: Run): void;
  /** The release was looked at, and compared with what is wanted. */
  compared(object: HelmRelease, view: ReleaseView): void;
  end(object: HelmRelease, isGood: boolean): void;
}

export function createRounds(metrics: ReleaseMetrics, withDifferences: boolean): Rounds {
  const begun = new Map<string, { readonly at: number; readonly run: Run }>();
  const secondsOf = (object: HelmRelease): number => {
    const round = begun.get(resourceIdOf(object));
    return round === undefined ? 0 : (round.run.clock.now().getTime() - round.at) / 1000;
  };
  return {
    begin: (object, run) =>
      void begun.set(resourceIdOf(object), { at: run.clock.now().getTime(), run }),
    compared: (object, view) => {
      const round = begun.get(resourceIdOf(object));
      if (round === undefined || !wasCompared(object, view)) return;
      metrics.observe('dry-run-compare', object, { isGood: true, seconds: secondsOf(object) });
      tell(loggerFor(object, round.run), view, withDifferences);
    },
    end: (object, isGood) => {
      metrics.observe('sync', object, { isGood, seconds: secondsOf(object) });
      metrics.conditions(object);
      begun.delete(resourceIdOf(object));
    },
  };
}

/** Lines about one release carry which one it is. */
export function loggerFor(object: HelmRelease, { log }: Run): Logger {
  const [release, targetNamespace] = [releaseNameOf(object), targetNamespaceOf(object)];
  return log.with({ release, targetNamespace, resource: resourceIdOf(object), helmVersion: 'v3' });
}

/** A new generation is upgraded without a look, and there must be two sides. */
function wasCompared(object: HelmRelease, { live, wanted }: ReleaseView): boolean {
  return live?.status === 'deployed' && !('phase' in wanted) && !isNew(object);
}

/** In the words that the original's users search for. */
function tell(log: Logger, { live }: ReleaseView, withDifference: boolean): void {
  const action = 'dry-run-compare';
  const version = live?.version ?? 0;
  log.info(`running dry-run upgrade to compare with release version '${version}'`, { action });
  const difference = live?.difference;
  if (difference === undefined) return log.info('no changes', { action, phase: action });
  const more = withDifference ? { difference } : {};
  log.info('difference detected during release comparison', { action, phase: action, ...more });
}
