import { KnownError } from '../../../base/index.ts';
import { releaseNameOf, targetNamespaceOf } from '../../../api/helm-release/index.ts';
import type { HelmRelease } from '../../../api/helm-release/index.ts';
import type { ReleaseStep } from '../step.ts';
import { observed, observedFields, setPhase, storeOf, tell } from './acting.ts';
import type { Acting } from './acting.ts';
import { waiting } from '../status.ts';
import { noteDrift, repair } from './drift.ts';
import { finish, undo } from './finish.ts';
import { install } from './install.ts';
import { recover } from './recover.ts';
import { upgrade } from './upgrade.ts';

/** Does a step. Foreseen failures end in status, event and log, and rest; they are not thrown. */
export async function act(acting: Acting, step: ReleaseStep): Promise<void> {
  switch (step.do) {
    case 'install':
      return settle(acting, 'install', () => install(acting, step.wanted));
    case 'upgrade':
      return settle(acting, 'upgrade', () => upgrade(acting, step.wanted));
    case 'recover':
      return settle(acting, 'recover', () => recover(acting, step));
    case 'repair':
      return settle(acting, 'repair', () => repair(acting, step.drift));
    case 'note-drift':
      return noteDrift(acting, step.drift);
    case 'postpone':
      return postpone(acting, step.because);
    case 'finish':
      return settle(acting, 'finish', () => finish(acting, step.wanted));
    case 'undo':
      return settle(acting, 'undo', () => takeBack(acting, step));
    case 'succeed':
      return setPhase(acting, 'Succeeded', observedFields(acting.object));
    case 'note-status':
      return acting.statuses.write(acting.object, step.status);
    case 'report':
      return report(acting, step);
  }
}

async function takeBack(
  acting: Acting,
  { wanted, because }: Extract<ReleaseStep, { do: 'undo' }>,
): Promise<void> {
  throw await undo(acting, wanted, new KnownError('failed', because));
}

/** Says what stands in the way. */
async function report(
  acting: Acting,
  { phase, code, message, status }: Extract<ReleaseStep, { do: 'report' }>,
): Promise<void> {
  const fields = { ...observedFields(acting.object), ...status };
  await setPhase(acting, phase, fields, phase === 'Failed' ? message : undefined);
  return failed(acting, new KnownError(code, message));
}

async function settle(acting: Acting, action: string, work: () => Promise<void>): Promise<void> {
  const { run, object } = acting;
  try {
    await work();
  } catch (thrown) {
    if (run.signal.aborted) throw thrown;
    await observed(acting);
    await noteReleaseStatus(acting);
    if (!(thrown instanceof KnownError)) throw thrown;
    run.log.error(thrown.message, { action, phase: object.status?.phase });
    await failed(acting, thrown);
    return;
  }
  if (action === 'recover' || action === 'repair') return;
  acting.attempts.succeeded(object.metadata);
  await tell(acting, {
    type: 'Normal',
    reason: object.origin?.kind === 'FluxHelmRelease' ? 'ChartSynced' : 'ReleaseSynced',
    message: `managed release '${releaseNameOf(object)}' in namespace '${targetNamespaceOf(object)}' synchronized`,
  });
}

/** What Helm says of the newest revision now, e.g. `failed`. */
async function noteReleaseStatus(acting: Acting): Promise<void> {
  const { object, statuses } = acting;
  const name = releaseNameOf(object);
  const status = (await storeOf(acting).heads(name)).at(-1)?.status;
  if (status === undefined) return;
  await statuses.write(object, { releaseName: name, releaseStatus: status });
}

/** The Warning event on a failed sync. */
export function failureEvent(
  object: HelmRelease,
  { message }: { message: string },
): { type: 'Warning'; reason: string; message: string } {
  const which = `'${releaseNameOf(object)}' in namespace '${targetNamespaceOf(object)}'`;
  return {
    type: 'Warning',
    reason: 'FailedReleaseSync',
    message: `synchronization of release ${which} failed: ${message}`,
  };
}

/** Missing things may come with the next object of the same commit: look again soon. */
const soonMs = 5000;

async function failed(acting: Acting, error: KnownError): Promise<void> {
  const { attempts, object, attempt, restMs } = acting;
  const mayComeSoon =
    ['not-found', 'unreachable', 'conflict'].includes(error.code) ||
    error.message.includes('ensure CRDs are installed first');
  const retryMs = mayComeSoon ? Math.min(soonMs, restMs) : restMs;
  attempts.failed(object.metadata, { of: attempt, message: error.message, retryMs, maxMs: restMs });
  await tell(acting, failureEvent(object, error));
}

/** Says in the status what the release waits for. */
async function postpone({ statuses, object, run }: Acting, because: string): Promise<void> {
  run.log.info('release waits', { because });
  const now = run.clock.now();
  await statuses.write(object, (status) => waiting(status, because, now));
}
