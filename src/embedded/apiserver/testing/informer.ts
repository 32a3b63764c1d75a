import { expect } from 'vitest';
import type { Answered, Frames, TestClient } from './test-server.ts';

/** What clients build caches with: list, then watch from there; again when the server says so. */
export interface Informer {
  /** Name → resourceVersion of everything it knows of. */
  readonly known: ReadonlyMap<string, string>;
  /** Lists and connects where it has to. */
  connect(): Promise<void>;
  /** Reads one frame. */
  step(): Promise<void>;
  /** Reads until an object is there. */
  until(name: string): Promise<void>;
  /** The connection breaks; it goes on where it was. */
  disconnect(): void;
}

/** An informer on a collection, optionally of a selection; `client` may be another server after a restart. */
export function startInformer(client: () => TestClient, path: string, selector: string): Informer {
  const known = new Map<string, string>();
  const query = selector === '' ? '' : `labelSelector=${encodeURIComponent(selector)}&`;
  let version: string | undefined;
  let frames: Frames | undefined;
  const list = async (): Promise<void> => {
    const { body } = await client().call('GET', `${path}?${query}`);
    known.clear();
    for (const { metadata } of body.items) known.set(metadata.name!, metadata.resourceVersion!);
    version = body.metadata.resourceVersion;
  };
  const connect = async (): Promise<Frames> => {
    if (version === undefined) await list();
    const at = `${path}?${query}watch=1&allowWatchBookmarks=true&resourceVersion=${version}`;
    return (frames ??= await client().watch(at));
  };
  const step = async (): Promise<void> => {
    const frame = await (await connect()).next();
    if (!frame) frames = undefined;
    else if (frame.type === 'ERROR') {
      expect(frame.object).toMatchObject({ code: 410, reason: 'Expired' });
      frames = undefined;
      await list();
    } else version = heard(known, version!, frame);
  };
  return {
    known,
    step,
    async connect() {
      await connect();
    },
    async until(name) {
      await connect();
      while (!known.has(name)) await step();
    },
    disconnect() {
      frames?.stop();
      frames = undefined;
    },
  };
}

/** Takes a frame in, and gives the version it leads to. A watch never goes back and tells nothing twice. */
function heard(
  known: Map<string, string>,
  version: string,
  { type, object }: { readonly type: string; readonly object: Answered },
): string {
  const { name = '', resourceVersion = '' } = object.metadata;
  expect(Number(resourceVersion)).toBeGreaterThanOrEqual(Number(version));
  if (type === 'BOOKMARK') return resourceVersion;
  expect(Number(resourceVersion)).toBeGreaterThan(Number(version));
  expect(known.has(name)).toBe(type !== 'ADDED');
  if (type === 'DELETED') known.delete(name);
  else known.set(name, resourceVersion);
  return resourceVersion;
}
