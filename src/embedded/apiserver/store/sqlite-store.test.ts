import { mkdtempSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock, systemClock, type KubeObject } from '../../../base/index.ts';
import { openSqliteStore } from './sqlite-store.ts';
import { CompactedError, RevisionError, type Store, type StoreEvent } from './store.ts';

const prefix = '/core/configmaps/';
const key = (name: string): string => `${prefix}default/${name}`;
const object = (name: string, data?: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  ...(data ? { data } : {}),
});
const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(path.join(tmpdir(), 'trice-store-'));
  folders.push(made);
  return made;
};
const opened: Store[] = [];
const open = async (options: Parameters<typeof openSqliteStore>[0]): Promise<Store> => {
  const store = await openSqliteStore(options);
  opened.push(store);
  return store;
};

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  for (const made of folders.splice(0)) rmSync(made, { recursive: true });
});

describe.each(['memory', 'file'])('a store in %s', (where) => {
  const store = (): Promise<Store> =>
    open({
      path: where === 'memory' ? ':memory:' : path.join(folder(), 'state.db'),
      clock: systemClock,
    });

  it('gives each write the next revision, and that to the object', async () => {
    const it1 = await store();
    const first = it1.put(key('a'), object('a'), 0);
    const second = it1.put(key('a'), object('a', { x: '1' }), first.revision);
    expect(second.revision).toBe(first.revision + 1);
    expect(it1.get(key('a'))?.parse().metadata.resourceVersion).toBe(String(second.revision));
  });

  it('closes quietly while somebody writes', async () => {
    const it1 = await store();
    it1.put(key('a'), object('a'), 0);
    const closed = it1.close();
    it1.put(key('b'), object('b'), 0);
    await closed;
    // What was to be told of the late write would fail here, where nobody catches it.
    await new Promise(setImmediate);
    await it1.close();
    expect(() => it1.get(key('a'))).toThrow('finalized');
  });

  it('refuses a write against a revision that has moved on', async () => {
    const it1 = await store();
    const first = it1.put(key('a'), object('a'), 0);
    expect(() => it1.put(key('a'), object('a'), 0)).toThrow(RevisionError);
    it1.put(key('a'), object('a'), first.revision);
    expect(() => it1.remove(key('a'), first.revision)).toThrow(RevisionError);
    expect(() => it1.put(key('b'), object('b'), 7)).toThrow(RevisionError);
  });

  it('lists a prefix in key order, in pages of one snapshot', async () => {
    const it1 = await store();
    for (const name of ['c', 'a', 'd', 'b']) it1.put(key(name), object(name), 0);
    it1.put('/core/configmapsx/default/z', object('z'), 0);
    const first = it1.list(prefix, { limit: 2 });
    expect(first.items.map((item) => item.key)).toEqual([key('a'), key('b')]);
    expect(first.remaining).toBe(2);
    it1.remove(key('c'), it1.get(key('c'))!.revision);
    it1.put(key('d'), object('d', { changed: 'yes' }), it1.get(key('d'))!.revision);
    it1.put(key('e'), object('e'), 0);
    const rest = it1.list(prefix, { limit: 2, after: key('b'), at: first.revision });
    expect(rest.items.map((item) => item.key)).toEqual([key('c'), key('d')]);
    expect(rest.items[1]?.parse()).not.toHaveProperty('data');
    expect(rest.remaining).toBe(0);
    expect(it1.list(prefix).items).toHaveLength(4);
  });

  it('tells a watcher of what came after its revision, once and in order', async () => {
    const it1 = await store();
    const first = it1.put(key('a'), object('a'), 0);
    await it1.durable();
    const told: string[] = [];
    const onEvent = (event: StoreEvent): void => {
      told.push(
        `${event.type} ${event.stored.revision} ${event.previous()?.revision ?? '-'} ${event.stored.parse().metadata.resourceVersion}`,
      );
    };
    const second = it1.put(key('a'), object('a', { x: '1' }), first.revision);
    await it1.durable();
    const stop = it1.watch({ prefix, since: first.revision, onEvent });
    it1.put(key('b'), object('b'), 0);
    it1.put('/core/secrets/default/a', object('a'), 0);
    it1.remove(key('a'), second.revision);
    await it1.durable();
    await new Promise(setImmediate);
    stop();
    it1.put(key('z'), object('z'), 0);
    await it1.durable();
    expect(told).toEqual(['modified 2 1 2', 'added 3 - 3', 'deleted 5 2 5']);
  });

  it('tells those inside the process in the turn of the write, before it is safe', async () => {
    const it1 = await store();
    const told: string[] = [];
    const onEvent = ({ stored }: StoreEvent): void => void told.push(stored.key);
    const stop = it1.watch({ prefix, since: 0, early: true, onEvent });
    it1.put(key('a'), object('a'), 0);
    it1.put('/core/secrets/default/a', object('a'), 0);
    expect(told).toEqual([key('a')]);
    expect(it1.published).toBeLessThan(it1.revision);
    stop();
    it1.put(key('b'), object('b'), 0);
    await it1.durable();
    expect(told).toEqual([key('a')]);
  });

  it('forgets the past beyond its retention, never the present', async () => {
    const clock = new FakeClock();
    const it1 = await open({
      path: where === 'memory' ? ':memory:' : path.join(folder(), 'state.db'),
      clock,
      retention: { revisions: 20, ms: 60_000 },
    });
    it1.put(key('keep'), object('keep'), 0);
    let last = it1.put(key('a'), object('a'), 0).revision;
    for (let at = 0; at < 40; at++) last = it1.put(key('a'), object('a'), last).revision;
    expect(it1.compacted).toBeGreaterThan(10);
    expect(it1.get(key('keep'))).toBeDefined();
    expect(() => it1.watch({ prefix, since: 3, onEvent: () => {} })).toThrow(CompactedError);
    expect(() => it1.list(prefix, { at: 3 })).toThrow(CompactedError);
    const told: StoreEvent[] = [];
    await it1.durable();
    await new Promise(setImmediate);
    it1.watch({ prefix, since: it1.compacted, onEvent: (event) => told.push(event) });
    expect(told[0]?.previous()?.revision).toBe(it1.compacted);
    await clock.advance(60_000);
    it1.put(key('a'), object('a'), last);
    expect(it1.compacted).toBe(0 + it1.compacted);
  });
});

describe('a store in a file', () => {
  it('goes on at its revision when opened again, and serves older watches', async () => {
    const file = path.join(folder(), 'state.db');
    const before = await openSqliteStore({ path: file, clock: systemClock });
    before.put(key('a'), object('a'), 0);
    before.put(key('b'), object('b'), 0);
    before.remove(key('b'), 2);
    await before.durable();
    await before.close();
    const after = await open({ path: file, clock: systemClock });
    expect(after.revision).toBe(3);
    const told: string[] = [];
    after.watch({ prefix, since: 1, onEvent: ({ type }) => told.push(type) });
    expect(told).toEqual(['added', 'deleted']);
    expect(after.put(key('c'), object('c'), 0).revision).toBe(4);
  });

  it('is refused to a second process', async () => {
    const file = path.join(folder(), 'state.db');
    await open({ path: file, clock: systemClock });
    await expect(openSqliteStore({ path: file, clock: systemClock })).rejects.toThrow(
      /in use by another process/,
    );
  });

  it('keeps every acknowledged write when the process is killed', async () => {
    const file = path.join(folder(), 'state.db');
    const child = spawn(process.execPath, [
      path.join(import.meta.dirname, 'testdata/write-forever.ts'),
      file,
    ]);
    let output = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (part: Buffer) => {
        output += part.toString();
        if (output.split('\n').length > 300) resolve();
      });
    });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const acknowledged = output.slice(0, output.lastIndexOf('\n')).split('\n');
    const store = await open({ path: file, clock: systemClock });
    const kept = new Map(
      store.list(prefix).items.map((item) => [item.parse().metadata.name, item.revision]),
    );
    for (const line of acknowledged) {
      const [name, revision] = line.split(' ');
      expect(kept.get(name!)).toBe(Number(revision));
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(300);
  });
});
