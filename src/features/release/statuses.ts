import { isDeepStrictEqual } from 'node:util';
import { KnownError, isRecord } from '../../base/index.ts';
import type { Kind, KubeObject } from '../../base/index.ts';
import {
  asHelmRelease,
  originOf,
  releaseNameOf,
  statusAs,
  targetNamespaceOf,
} from '../../api/helm-release/index.ts';
import type {
  ChartsRepository,
  HelmRelease,
  HelmReleasePhase,
  HelmReleaseStatus,
} from '../../api/helm-release/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { withPhase } from './status.ts';

type Change =
  Partial<HelmReleaseStatus> | ((status: HelmReleaseStatus) => Partial<HelmReleaseStatus>);

/** Phases to enter, one after the other in one write, with what the conditions of the last tell beyond the fixed words. */
export interface Entering {
  readonly phases: readonly HelmReleasePhase[];
  readonly now: Date;
  /** Ends the message of the last phase's conditions. */
  readonly because?: string;
}

/** HelmReleases of one kind, whichever of the three it is: read as one model, their status in its own words. */
export interface Statuses {
  /** Reads objects as HelmRelease. */
  readonly kind: Kind<HelmRelease>;
  /**
   * Changes the status: fields, and a phase with its conditions. Writes only what differs; the object
   * in hand sees the change too. An object that is gone has no status: that is fine.
   */
  write(object: HelmRelease, change: Change, enter?: Entering): Promise<void>;
  /** The object is gone. */
  forget(object: KubeObject): void;
}

/** `repository` is where FluxHelmReleases find their charts. */
export function createStatuses(
  cluster: Cluster,
  kind: Kind,
  repository?: ChartsRepository,
): Statuses {
  // The older kinds cannot hold all of it; what they lack is known until the process ends.
  const held = new Map<string, HelmReleaseStatus>();
  const isOlder = kind.apiVersion !== 'helm.fluxcd.io/v1';
  const parse = (raw: unknown): HelmRelease => {
    if (!isRecord(raw) || !isRecord(raw['metadata'])) {
      throw new KnownError('failed', `the server did not answer with a ${kind.kind}`);
    }
    const { apiVersion, kind: name } = kind;
    const object = asHelmRelease(
      { ...(raw as unknown as KubeObject), apiVersion, kind: name },
      repository,
    );
    const kept = held.get(object.metadata.uid ?? '');
    if (kept !== undefined) object.status = { ...object.status, ...kept };
    return object;
  };
  return {
    kind: { ...kind, parse },
    write: async (object, change, enter) => {
      const before = object.status ?? {};
      const next = changed(object, change, enter);
      if (isDeepStrictEqual(before, next)) return;
      if (isOlder) held.set(object.metadata.uid ?? '', next);
      object.status = next;
      await send(cluster, object, before);
    },
    forget: ({ metadata }) => void held.delete(metadata.uid ?? ''),
  };
}

function changed(
  object: HelmRelease,
  change: Change,
  enter: Entering | undefined,
): HelmReleaseStatus {
  const before = object.status ?? {};
  const given = typeof change === 'function' ? change(before) : change;
  const next: HelmReleaseStatus = { ...before, ...given };
  if (enter === undefined) return next;
  const facts = {
    releaseName: releaseNameOf(object),
    targetNamespace: targetNamespaceOf(object),
    ignoreTestFailures: object.spec.test?.ignoreFailures === true,
  };
  const { phases, because, now } = enter;
  return phases.reduce((status, phase, at) => {
    const isLast = at === phases.length - 1;
    const said = isLast && because !== undefined ? { ...facts, because } : facts;
    return withPhase(status, phase, said, now);
  }, next);
}

async function send(
  cluster: Cluster,
  object: HelmRelease,
  before: HelmReleaseStatus,
): Promise<void> {
  const old = statusAs(object, before);
  const fields = Object.entries(statusAs(object, object.status ?? {})).filter(
    ([field, value]) => !isDeepStrictEqual(old[field], value),
  );
  if (fields.length === 0) return;
  const kind = originOf(object);
  const hasSubresource = kind.kind !== 'FluxHelmRelease';
  try {
    await cluster.patch(
      kind,
      object.metadata,
      { status: Object.fromEntries(fields) },
      { type: 'merge', ...(hasSubresource ? { subresource: 'status' as const } : {}) },
    );
  } catch (thrown) {
    if (!(thrown instanceof KnownError) || thrown.code !== 'not-found') throw thrown;
  }
}
