import { isRecord, keyText } from '../../../base/index.ts';
import type { KubeObject, Run } from '../../../base/index.ts';
import { kinds, watchCache } from '../../../lib/kube/index.ts';
import { text } from './answers.ts';
import { namespaceFor } from './context.ts';
import type { SystemContext } from './context.ts';

interface LogQuery {
  readonly name: string;
  readonly namespace: string;
  readonly instance: string;
  readonly tail: number | undefined;
  readonly follow: boolean;
  readonly sinceTime: string | undefined;
}

const defaultWindowMs = 5 * 60_000;
const couldNotParse = 'could not parse the log request';

/** `GET /system/logs`: lines of every pod of a function as ndjson; `follow` also attaches to pods that come later. */
export async function logsRoute(
  context: SystemContext,
  request: Request,
  url: URL,
): Promise<Response> {
  const query = await readQuery(context, url);
  if (query === undefined) return text(422, couldNotParse);
  const stop = new AbortController();
  const run: Run = { ...context, signal: AbortSignal.any([request.signal, stop.signal]) };
  const selector = { namespace: query.namespace, labelSelector: `faas_function=${query.name}` };
  const pods = watchCache(context.cluster, kinds.Pod, run, selector);
  await pods.ready;
  if (pods.list().length === 0 && !query.follow) {
    stop.abort();
    return text(500, 'function log request failed');
  }
  const lines = new TransformStream<Uint8Array, Uint8Array>();
  const writer = lines.writable.getWriter();
  const running = new Map<string, Promise<void>>();
  const attach = (pod: KubeObject): void => {
    if (query.instance !== '' && pod.metadata.name !== query.instance) return;
    const id = keyText(pod.metadata);
    if (running.has(id) || !hasStarted(pod)) return;
    running.set(id, copyLines(context, { pod, query, writer, signal: run.signal }));
  };
  if (query.follow) pods.onChange(({ object, type }) => type !== 'deleted' && attach(object));
  else for (const pod of pods.list()) attach(pod);
  const end = (): void => {
    stop.abort();
    void writer.close().catch(() => {});
  };
  if (query.follow) run.signal.addEventListener('abort', end, { once: true });
  else void Promise.all(running.values()).finally(end);
  void writer.closed.catch(() => stop.abort());
  return new Response(lines.readable, { headers: { 'Content-Type': 'application/x-ndjson' } });
}

function hasStarted({ status }: KubeObject): boolean {
  const phase = isRecord(status) ? status.phase : undefined;
  return phase !== undefined && phase !== 'Pending';
}

async function readQuery(context: SystemContext, url: URL): Promise<LogQuery | undefined> {
  const get = (name: string): string => url.searchParams.get(name) ?? '';
  const lines = get('tail') === '' ? -1 : Number(get('tail'));
  const since = get('since');
  const isSound =
    get('name') !== '' &&
    Number.isInteger(lines) &&
    !Number.isNaN(Date.parse(since || '1970-01-01')) &&
    ['', 'true', 'false', '1', '0'].includes(get('follow'));
  if (!isSound) return undefined;
  const window = new Date(context.clock.now().getTime() - defaultWindowMs).toISOString();
  const tail = lines < 0 ? undefined : lines;
  return {
    name: get('name'),
    namespace: await namespaceFor(context, get('namespace')),
    instance: get('instance'),
    tail,
    follow: ['true', '1'].includes(get('follow')),
    sinceTime: sinceOf(since, tail === undefined ? window : undefined),
  };
}

function sinceOf(given: string, otherwise: string | undefined): string | undefined {
  return given === '' ? otherwise : new Date(given).toISOString();
}

interface Copying {
  readonly pod: KubeObject;
  readonly query: LogQuery;
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Copies one pod's lines; a pod that cannot be read is logged and left out. */
async function copyLines(
  { cluster, log }: SystemContext,
  { pod, query, writer, signal }: Copying,
): Promise<void> {
  const { name } = pod.metadata;
  const search = new URLSearchParams({ timestamps: 'true', container: query.name });
  if (query.follow) search.set('follow', 'true');
  if (query.tail !== undefined) search.set('tailLines', String(query.tail));
  if (query.sinceTime !== undefined) search.set('sinceTime', query.sinceTime);
  try {
    const path = `/api/v1/namespaces/${query.namespace}/pods/${name}/log?${search.toString()}`;
    const answer = await cluster.raw(path, { signal });
    if (!answer.ok || answer.body === null) {
      log.warn('a log could not be read', { pod: name, err: await answer.text() });
      return;
    }
    let rest = '';
    for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + part).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) await writer.write(entryOf(line, name, query));
    }
    if (rest !== '') await writer.write(entryOf(rest, name, query));
  } catch (thrown) {
    if (!signal.aborted) log.warn('a log could not be read', { pod: name, err: thrown });
  }
}

function entryOf(line: string, instance: string, { name, namespace }: LogQuery): Uint8Array {
  const space = line.indexOf(' ');
  const timestamp = space < 0 ? '' : line.slice(0, space);
  const body = line.slice(space + 1);
  const entry = { name, namespace, instance, timestamp, text: body };
  return Buffer.from(`${JSON.stringify(entry)}\n`);
}
