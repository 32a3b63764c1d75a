import type { Run } from '../../../base/index.ts';
import { runProbe, type ProbeKind, type ProbeListener, type ProbeTarget } from './probe.ts';

export interface ProbeOutcome {
  /** The startup probe has passed, or there is none. */
  started(): void;
  ready(isReady: boolean): void;
  /** The container is to be killed. */
  failed(kind: 'startup' | 'liveness'): void;
  unhealthy(message: string): void;
}

const words: Readonly<Record<ProbeKind, string>> = {
  startup: 'Startup',
  liveness: 'Liveness',
  readiness: 'Readiness',
};

/** Runs a container's probes until the signal: startup first, then liveness and readiness beside each other. */
export async function runProbes(
  target: ProbeTarget,
  outcome: ProbeOutcome,
  run: Run,
): Promise<void> {
  const { spec } = target;
  const patient = { ...run, calmUntil: run.clock.now().getTime() + calmMs };
  const listener: ProbeListener = {
    verdict: (kind, ok) => {
      if (kind === 'readiness') outcome.ready(ok);
      else if (!ok) outcome.failed(kind);
    },
    failed: (kind, why) => outcome.unhealthy(`${words[kind]} probe failed: ${why}`),
  };
  if (spec.startupProbe !== undefined) {
    let hasPassed = false;
    await runProbe(
      target,
      'startup',
      {
        ...listener,
        verdict: (kind, ok) => {
          hasPassed = ok;
          listener.verdict(kind, ok);
        },
      },
      patient,
    );
    if (!hasPassed) return;
  }
  if (run.signal.aborted) return;
  outcome.started();
  if (spec.readinessProbe === undefined) outcome.ready(true);
  await Promise.all([
    runProbe(target, 'liveness', listener, patient),
    runProbe(target, 'readiness', listener, patient),
  ]);
}

/** How long after its start a program may be silent without anybody being told. */
const calmMs = 5000;
