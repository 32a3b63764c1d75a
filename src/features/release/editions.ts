import type { Kind, KubeObject, Run } from '../../base/index.ts';
import { isRecord } from '../../base/index.ts';
import { FluxHelmRelease, HelmRelease, HelmReleaseV1beta1 } from '../../api/helm-release/index.ts';
import { kinds, watchCache } from '../../lib/kube/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import type { Edition } from './edition.ts';

/** The kinds that are running now. */
export interface Editions {
  all(): readonly Edition[];
  /** Resolves when the signal has ended all of them. */
  readonly done: Promise<void>;
}

/**
 * Runs helm.fluxcd.io/v1 always, and each older kind while its definition is in the cluster: it comes
 * with the definition and goes with it.
 */
export function runEditions(
  { cluster, run }: { cluster: Cluster; run: Run },
  start: (kind: Kind, signal: AbortSignal) => Edition,
): Editions {
  const current = start(HelmRelease, run.signal);
  const older = new Map<string, { edition: Edition; stop: AbortController }>();
  const ended: Promise<void>[] = [current.done];
  const follow = (kind: Kind, isServed: boolean): void => {
    const running = older.get(kind.apiVersion);
    if (!isServed) {
      running?.stop.abort(new Error(`the definition of ${kind.apiVersion} ${kind.kind} is gone`));
      older.delete(kind.apiVersion);
    } else if (running === undefined) {
      const stop = new AbortController();
      const edition = start(kind, AbortSignal.any([run.signal, stop.signal]));
      older.set(kind.apiVersion, { edition, stop });
      ended.push(edition.done);
      run.log.info('following an older kind', { kind: kind.kind, apiVersion: kind.apiVersion });
    }
  };
  const definitions = watchCache(cluster, kinds.CustomResourceDefinition, run);
  definitions.onChange(({ type, object }) => {
    for (const kind of [HelmReleaseV1beta1, FluxHelmRelease]) {
      if (nameOf(kind) === object.metadata.name) {
        follow(kind, type !== 'deleted' && isEstablished(object));
      }
    }
  });
  return {
    all: () => [current, ...[...older.values()].map(({ edition }) => edition)],
    done: current.done.then(() => Promise.all(ended)).then(() => {}),
  };
}

function nameOf({ plural, apiVersion }: Kind): string {
  return `${plural}.${apiVersion.split('/')[0] ?? ''}`;
}

function isEstablished(definition: KubeObject): boolean {
  const status = isRecord(definition['status']) ? definition['status'] : {};
  const conditions = Array.isArray(status['conditions']) ? status['conditions'] : [];
  return conditions.some(
    (each) => isRecord(each) && each['type'] === 'Established' && each['status'] === 'True',
  );
}
