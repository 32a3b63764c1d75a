import {
  isRecord,
  KnownError,
  messageOf,
  type JsonRecord,
  type KubeObject,
} from '../../../base/index.ts';
import { badRequest, internalError } from '../http/status-error.ts';
import { isTrue } from '../http/write-options.ts';
import type { LogsOptions } from '../pod-runtime.ts';
import type { Call } from '../server-state.ts';
import { storedOfCall } from '../verbs/get.ts';
import { chooseContainer } from './container.ts';

/** GET of a container's log as plain text, following it when asked. */
export async function podLogs(call: Call): Promise<Response> {
  const pod = storedOfCall(call).parse();
  const { query, state } = call;
  const container = chooseContainer(pod, query.get('container'));
  const previous = isTrue(query.get('previous'));
  checkStarted(pod, container, previous);
  const runtime = state.runtime();
  if (!runtime) throw internalError('no runtime runs the pods of this cluster');
  const signal = AbortSignal.any([call.request.signal, state.closing]);
  const options = logsOptions(call, { container, previous, signal });
  try {
    const body = await runtime.logs(pod, options);
    return new Response(body, { headers: { 'content-type': 'text/plain' } });
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw badRequest(messageOf(thrown));
  }
}

function logsOptions(
  { query, state }: Call,
  base: Pick<LogsOptions, 'container' | 'previous' | 'signal'>,
): LogsOptions {
  const tailLines = numberOf(query, 'tailLines');
  const limitBytes = numberOf(query, 'limitBytes');
  const seconds = numberOf(query, 'sinceSeconds');
  const sinceTime =
    seconds === undefined
      ? (query.get('sinceTime') ?? undefined)
      : new Date(state.clock.now().getTime() - seconds * 1000).toISOString();
  return {
    ...base,
    follow: isTrue(query.get('follow')),
    timestamps: isTrue(query.get('timestamps')),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
  };
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw badRequest(
    `Invalid value: ${JSON.stringify(text)}: ${name} must be greater than or equal to 0`,
  );
}

/** A container that has not started has no log yet; `previous` needs one that has ended. */
function checkStarted(pod: KubeObject, container: string, previous: boolean): void {
  const { name } = pod.metadata;
  const status = containerStatus(pod, container);
  const hasEnded = isRecord(recordAt(status, 'lastState')['terminated']);
  if (previous && !hasEnded)
    throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  const { waiting } = recordAt(status, 'state');
  if (hasEnded || (status && !isRecord(waiting))) return;
  if (!recordAt(pod, 'spec')['nodeName'])
    throw badRequest(`pod ${name} does not have a host assigned`);
  const reason = (isRecord(waiting) ? waiting['reason'] : undefined) ?? 'ContainerCreating';
  throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${reason}`);
}

function recordAt(of: JsonRecord | undefined, field: string): JsonRecord {
  const value = of?.[field];
  return isRecord(value) ? value : {};
}

function containerStatus(pod: KubeObject, container: string): JsonRecord | undefined {
  const status = isRecord(pod['status']) ? pod['status'] : {};
  return ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses']
    .flatMap((field) => (Array.isArray(status[field]) ? status[field].filter(isRecord) : []))
    .find((each) => each['name'] === container);
}
