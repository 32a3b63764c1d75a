import { parseJson } from '../parse-json.ts';
import type { Shape } from '../present/shape.ts';
import { shapeForCall } from '../present/respond.ts';
import { expired } from '../http/status-error.ts';
import { isTrue, optionsError } from '../http/write-options.ts';
import { CompactedError, type StoreEvent, type Stored } from '../store/store.ts';
import type { Call } from '../server-state.ts';
import { revisionOf } from './list.ts';
import { prefixOf, selectionOf } from './selection.ts';
import { whenSafe } from './when-safe.ts';

/** A reader that lets this many bytes pile up is cut off; it will list and watch again. */
const maxQueuedBytes = 16 * 1024 * 1024;
const bookmarkEveryMs = 60_000;

interface Plan {
  readonly prefix: string;
  readonly matches: ((stored: Stored) => boolean) | undefined;
  readonly shape: Shape;
  /** Undefined: begin with everything that is there. */
  readonly since: number | undefined;
  readonly bookmarks: boolean;
  /** End the initial events with a bookmark that says so. */
  readonly markInitial: boolean;
  readonly timeoutMs: number;
}

/** GET with `watch`: frames of JSON until the client goes, the time is over or the resource is gone. */
export function watchObjects(call: Call): Response | Promise<Response> {
  const plan = planOf(call);
  const body = new ReadableStream<Uint8Array>(
    new WatchSource(call, plan),
    new ByteLengthQueuingStrategy({ highWaterMark: maxQueuedBytes }),
  );
  const answer = new Response(body, {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' },
  });
  // What is there already is sent first; changes are told only when they are safe.
  return plan.since === undefined ? whenSafe(call, call.state.store.revision, answer) : answer;
}

function planOf(call: Call): Plan {
  const { query, resource, target } = call;
  const { matches } = selectionOf(call);
  const version = query.get('resourceVersion') ?? '';
  const initial = query.get('sendInitialEvents');
  const bookmarks = isTrue(query.get('allowWatchBookmarks'));
  checkInitialEvents(query, initial, bookmarks);
  const wantsInitial = initial === null ? version === '' || version === '0' : isTrue(initial);
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  return {
    prefix: prefixOf(resource, target.namespace),
    matches,
    shape: shapeForCall(call).shape,
    since: wantsInitial ? undefined : sinceOf(call, version),
    bookmarks,
    markInitial: isTrue(initial),
    timeoutMs: seconds > 0 ? seconds * 1000 : (30 + Math.random() * 30) * 60_000,
  };
}

function sinceOf(call: Call, version: string): number {
  // `sendInitialEvents=false` without a version means: from now on.
  return version === '' || version === '0' ? call.state.store.revision : revisionOf(version);
}

function checkInitialEvents(
  query: URLSearchParams,
  initial: string | null,
  bookmarks: boolean,
): void {
  const match = query.get('resourceVersionMatch') ?? '';
  const forbidden = (field: string, detail: string): Error =>
    optionsError('ListOptions', [{ type: 'forbidden', field, detail }]);
  if (initial === null) {
    if (match !== '')
      throw forbidden(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      );
    return;
  }
  if (match !== 'NotOlderThan')
    throw forbidden(
      'resourceVersionMatch',
      'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  if (isTrue(initial) && !bookmarks)
    throw forbidden('allowWatchBookmarks', 'sendInitialEvents requires allowWatchBookmarks');
}

class WatchSource {
  readonly #call: Call;
  readonly #plan: Plan;
  readonly #encoder = new TextEncoder();
  readonly #ended = new AbortController();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #stop: () => void = () => {};
  #uncount: () => void = () => {};
  /** The initial events are there already, so only what comes later can pile up. */
  #live = false;

  constructor(call: Call, plan: Plan) {
    this.#call = call;
    this.#plan = plan;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    const { request, state } = this.#call;
    for (const signal of [request.signal, state.closing]) {
      if (signal.aborted) this.#end();
      signal.addEventListener('abort', () => this.#end(), { signal: this.#ended.signal });
    }
    try {
      this.#begin();
    } catch (thrown) {
      if (!(thrown instanceof CompactedError)) throw thrown;
      this.#fail();
      return;
    }
    this.#uncount = state.metrics.stream(this.#call, 'WATCH');
    if (this.#ended.signal.aborted) this.#uncount();
    if (this.#call.resource.custom) this.#endWithResource();
    void this.#keepTime();
  }

  cancel(): void {
    this.#end();
  }

  #begin(): void {
    const { store } = this.#call.state;
    const { prefix, shape, matches } = this.#plan;
    let since = this.#plan.since;
    // A version of another life of this store: only a new list helps, and 410 makes clients do that.
    if (since !== undefined && since > store.revision)
      throw new CompactedError(`revision ${since} has not been reached`);
    if (since === undefined) {
      const list = store.list(prefix);
      for (const stored of list.items)
        if (!matches || matches(stored)) this.#send('ADDED', shape.frame(stored));
      since = list.revision;
      if (this.#plan.markInitial)
        this.#send(
          'BOOKMARK',
          shape.bookmark(String(since), { 'k8s.io/initial-events-end': 'true' }),
        );
    }
    this.#live = true;
    const stop = store.watch({ prefix, since, onEvent: (event) => this.#onEvent(event) });
    this.#stop = stop;
    if (this.#ended.signal.aborted) stop();
  }

  #onEvent(event: StoreEvent): void {
    const { matches, shape } = this.#plan;
    const { stored, type } = event;
    if (!matches) {
      this.#send(frameType[type], shape.frame(stored));
      return;
    }
    const previous = event.previous();
    const before = type !== 'added' && previous !== undefined && matches(previous);
    const after = type !== 'deleted' && matches(stored);
    if (after) this.#send(before ? 'MODIFIED' : 'ADDED', shape.frame(stored));
    else if (before)
      this.#send(
        'DELETED',
        shape.frame(type === 'deleted' ? stored : withRevision(previous, stored)),
      );
  }

  #send(type: string, object: string): void {
    if (this.#ended.signal.aborted) return;
    const controller = this.#controller!;
    if (this.#live && (controller.desiredSize ?? 0) < 0) {
      this.#call.state.log.warn('a watch was cut off because its reader is too slow', {
        resource: this.#call.resource.plural,
      });
      this.#end();
      return;
    }
    controller.enqueue(this.#encoder.encode(`{"type":"${type}","object":${object}}\n`));
  }

  #fail(): void {
    const { store } = this.#call.state;
    const error = expired(`too old resource version: ${this.#plan.since} (${store.compacted})`);
    this.#send('ERROR', JSON.stringify(error.toStatus()));
    this.#end();
  }

  #end(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#stop();
    this.#uncount();
    this.#uncount = () => {};
    try {
      this.#controller?.close();
    } catch {
      // It was cancelled by its reader.
    }
  }

  /** Bookmarks now and then, and the end when the time is over. */
  async #keepTime(): Promise<void> {
    const { clock, store } = this.#call.state;
    const { signal } = this.#ended;
    let left = this.#plan.timeoutMs;
    while (left > 0 && !signal.aborted) {
      const pause = this.#plan.bookmarks ? Math.min(bookmarkEveryMs, left) : left;
      if (!(await slept(clock.sleep(pause, signal)))) return;
      left -= pause;
      if (this.#plan.bookmarks)
        this.#send('BOOKMARK', this.#plan.shape.bookmark(String(store.published)));
    }
    this.#end();
  }

  /** A watch on a custom resource ends with its definition. */
  #endWithResource(): void {
    const { resource, state } = this.#call;
    const key = `/apiextensions.k8s.io/customresourcedefinitions/${resource.custom!.crdName}`;
    const prefix = '/apiextensions.k8s.io/customresourcedefinitions/';
    const onEvent = (event: StoreEvent): void => {
      if (event.type === 'deleted' && event.stored.key === key) this.#end();
    };
    const stopObjects = this.#stop;
    const stopCrds = state.store.watch({ prefix, since: state.store.revision, onEvent });
    this.#stop = () => {
      stopObjects();
      stopCrds();
    };
  }
}

const frameType: Readonly<Record<StoreEvent['type'], string>> = {
  added: 'ADDED',
  modified: 'MODIFIED',
  deleted: 'DELETED',
};

/** The old object carrying the revision at which it left the selection. */
function withRevision(previous: Stored, { revision }: Stored): Stored {
  const object = previous.parse();
  object.metadata.resourceVersion = String(revision);
  const text = JSON.stringify(object);
  return { key: previous.key, revision, text, parse: () => parseJson(text) as typeof object };
}

async function slept(sleep: Promise<void>): Promise<boolean> {
  try {
    await sleep;
    return true;
  } catch {
    return false;
  }
}
