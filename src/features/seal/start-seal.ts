import type { Clock, Logger, Run } from '../../base/index.ts';
import type { Handler } from '../../lib/http/index.ts';
import type { Cluster } from '../../lib/kube/index.ts';
import { runSealController } from './controller/controller.ts';
import { createSealMetrics } from './controller/metrics.ts';
import { sealHandler } from './endpoints/routes.ts';
import { startKeyStore } from './keys/key-store.ts';
import { templateRenderer } from './secret/render-template.ts';
import { component, defaultSealSettings } from './settings.ts';
import type { SealSettings } from './settings.ts';

/** What the feature is plugged into. */
export interface SealPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly settings?: Partial<SealSettings>;
  /** Told by the metric `build_info`. */
  readonly version?: string;
}

/** Starts the controller. `handle` serves its HTTP side and waits for the first key by itself. */
export function startSeal(ports: SealPorts): {
  readonly handle: Handler;
  /** Makes a new key now, as SIGUSR1 does it in the original. */
  readonly renewKey: () => Promise<void>;
  readonly done: Promise<void>;
} {
  const settings = { ...defaultSealSettings, ...ports.settings };
  const log = ports.log.with({ component });
  const run: Run = { signal: ports.signal, clock: ports.clock, log };
  const { cluster } = ports;
  const keys = startKeyStore(cluster, settings, run);
  const metrics = createSealMetrics(ports.version ?? 'dev');
  const render = templateRenderer(ports.clock);
  const shared = { keys, metrics, settings, render, run };
  const working = runSealController({ cluster, ...shared });
  return {
    handle: sealHandler(shared),
    renewKey: keys.generate,
    done: Promise.all([working, keys.done]).then(() => {}),
  };
}
