import { isRecord, KnownError, type Kind, type KubeObject } from '../../base/index.ts';
import type { Change, WatchQuery } from './cluster.ts';
import { parseWith } from './parse.ts';
import { errorOf, statusError } from './status-error.ts';

type Raw = (path: string, init?: RequestInit) => Promise<Response>;

/** One watch: its changes until the server closes or the signal aborts. An ERROR frame is thrown. */
export async function* watchObjects<O extends KubeObject>(
  kind: Kind<O>,
  path: string,
  { since, signal }: WatchQuery,
  raw: Raw,
): AsyncGenerator<Change<O>> {
  const query = `watch=true&allowWatchBookmarks=true${since === undefined ? '' : `&resourceVersion=${since}`}`;
  const answer = await raw(`${path}${path.includes('?') ? '&' : '?'}${query}`, { signal });
  if (!answer.ok) throw await errorOf(answer);
  if (answer.body === null) return;
  for await (const line of linesOf(answer.body, signal)) yield changeOf(kind, line);
}

function changeOf<O extends KubeObject>(kind: Kind<O>, line: string): Change<O> {
  let frame: unknown;
  try {
    frame = JSON.parse(line);
  } catch (cause) {
    throw new KnownError('unreachable', `a watch of ${kind.plural} sent a line that is not JSON`, {
      cause,
    });
  }
  if (!isRecord(frame) || !isRecord(frame['object'])) {
    throw new KnownError('unreachable', `a watch of ${kind.plural} sent a frame without an object`);
  }
  const { type, object } = frame;
  switch (type) {
    case 'ADDED':
      return { type: 'added', object: parseWith(kind, object) };
    case 'MODIFIED':
      return { type: 'modified', object: parseWith(kind, object) };
    case 'DELETED':
      return { type: 'deleted', object: parseWith(kind, object) };
    case 'BOOKMARK':
      return { type: 'bookmark', object: object as unknown as O };
    case 'ERROR':
      throw statusError(object, Number(object['code'] ?? 500));
    default:
      throw new KnownError(
        'unreachable',
        `a watch of ${kind.plural} sent a frame of type ${String(type)}`,
      );
  }
}

async function* linesOf(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const reader = body.getReader();
  const stop = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + decoder.decode(part.value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines.filter((line) => line !== '');
    }
  } catch (thrown) {
    if (!signal.aborted)
      throw new KnownError('unreachable', 'the watch broke off', { cause: thrown });
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
