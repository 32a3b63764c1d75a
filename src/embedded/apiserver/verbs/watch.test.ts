import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  startTestServer,
  type Answered,
  type Frames,
  type TestServer,
} from '../testing/test-server.ts';

let test: TestServer;
const maps = '/api/v1/namespaces/default/configmaps';

beforeEach(async () => {
  test = await startTestServer();
});
afterEach(() => test.server.close());

const put = (name: string, labels: Record<string, string> = {}): Promise<unknown> =>
  test.call('POST', maps, { metadata: { name, labels } });
const label = (name: string, labels: Record<string, string | null>): Promise<unknown> =>
  test.call('PATCH', `${maps}/${name}`, { metadata: { labels } });

describe('watch', () => {
  it('begins with what is there, then tells of changes in order', async () => {
    await put('a');
    const frames = await test.watch(`${maps}?watch=true`);
    await put('b');
    await label('a', { x: 'y' });
    await test.call('DELETE', `${maps}/b`);
    const seen = [];
    for (let at = 0; at < 4; at++) {
      const frame = await frames.next();
      seen.push(`${frame?.type} ${frame?.object.metadata.name} ${frame?.object.kind}`);
    }
    expect(seen).toEqual([
      'ADDED a ConfigMap',
      'ADDED b ConfigMap',
      'MODIFIED a ConfigMap',
      'DELETED b ConfigMap',
    ]);
    frames.stop();
    expect(await frames.next()).toBeUndefined();
  });

  it('goes on after a version, and a deletion carries its own', async () => {
    await put('a');
    const list = await test.call('GET', maps);
    await put('b');
    await test.call('DELETE', `${maps}/b`);
    const frames = await test.watch(
      `${maps}?watch=1&resourceVersion=${list.body.metadata.resourceVersion}`,
    );
    const added = await frames.next();
    const deleted = await frames.next();
    expect([added?.type, deleted?.type]).toEqual(['ADDED', 'DELETED']);
    expect(Number(deleted?.object.metadata.resourceVersion)).toBeGreaterThan(
      Number(added?.object.metadata.resourceVersion),
    );
    frames.stop();
  });

  it('shows objects entering and leaving a selection', async () => {
    await put('in', { app: 'x' });
    const frames = await test.watch(`${maps}?watch=true&labelSelector=app%3Dx`);
    await put('other');
    await label('other', { app: 'x' });
    await label('in', { more: '1' });
    await label('in', { app: null });
    const seen = [];
    for (let at = 0; at < 4; at++) {
      const frame = await frames.next();
      seen.push([frame?.type, frame?.object.metadata.name, frame?.object.metadata['labels']]);
    }
    expect(seen).toEqual([
      ['ADDED', 'in', { app: 'x' }],
      ['ADDED', 'other', { app: 'x' }],
      ['MODIFIED', 'in', { app: 'x', more: '1' }],
      ['DELETED', 'in', { app: 'x', more: '1' }],
    ]);
    frames.stop();
  });

  it('of one name hears of no other', async () => {
    const frames = await test.watch(`${maps}?watch=true&fieldSelector=metadata.name%3Db`);
    await put('ab');
    await put('b');
    expect((await frames.next())?.object.metadata.name).toBe('b');
    frames.stop();
  });

  it('from a forgotten version is one ERROR with 410, then the end', async () => {
    const old = await test.call('GET', maps);
    await test.clock.advance(5 * 60_000);
    await put('a');
    await test.clock.advance(5 * 60_000);
    await put('b');
    const frames = await test.watch(
      `${maps}?watch=true&resourceVersion=${Number(old.body.metadata.resourceVersion) - 1}`,
    );
    expect(frames.status).toBe(200);
    expect(await frames.next()).toMatchObject({
      type: 'ERROR',
      object: {
        code: 410,
        reason: 'Expired',
        message: expect.stringMatching(/^too old resource version: \d+ \(\d+\)$/) as string,
      },
    });
    expect(await frames.next()).toBeUndefined();
  });

  it('sends bookmarks every minute when they are allowed, and ends at its timeout', async () => {
    const frames = await test.watch(
      `${maps}?watch=true&resourceVersion=0&allowWatchBookmarks=true&timeoutSeconds=90`,
    );
    await put('a');
    await frames.next();
    await test.clock.advance(60_000);
    const bookmark = await frames.next();
    expect(bookmark).toEqual({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { resourceVersion: expect.any(String) as string, creationTimestamp: null },
      },
    });
    await test.clock.advance(30_000);
    await frames.next();
    expect(await frames.next()).toBeUndefined();
  });

  it('marks the end of the initial events when asked for them', async () => {
    await put('a');
    const frames = await test.watch(
      `${maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    expect((await frames.next())?.type).toBe('ADDED');
    expect(await frames.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    await put('b');
    expect((await frames.next())?.object.metadata.name).toBe('b');
    frames.stop();
  });

  it.each([
    'sendInitialEvents=true',
    'sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
    'resourceVersionMatch=Exact',
  ])('refuses ?%s without what belongs to it', async (query) => {
    expect((await test.call('GET', `${maps}?watch=true&${query}`)).status).toBe(422);
  });

  it('as Tables describes the columns once', async () => {
    await put('a');
    await put('b');
    const frames = await test.watch(`${maps}?watch=true`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    const first = await frames.next();
    const second = await frames.next();
    expect(first?.object).toMatchObject({
      kind: 'Table',
      rows: [{ cells: ['a', 0, expect.any(String)], object: { kind: 'PartialObjectMetadata' } }],
    });
    expect(first?.object['columnDefinitions']).toHaveLength(3);
    expect(second?.object['columnDefinitions']).toHaveLength(0);
    frames.stop();
  });

  it('from a version that never was is 410 too, so that clients list again', async () => {
    const frames = await test.watch(`${maps}?watch=true&resourceVersion=999999`);
    expect(await frames.next()).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  });

  it.each([1, 2, 3])('followed from any point leads to the same state (%i)', async (seed) => {
    const random = randomFrom(seed);
    const followers: Promise<Map<string, string>>[] = [];
    const revision = async (): Promise<string> =>
      (await test.call('GET', '/api/v1/namespaces/default/secrets')).body.metadata.resourceVersion!;
    const states = new Map<string, Map<string, string>>([[await revision(), new Map()]]);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
    for (let step = 0; step < 60; step++) {
      const name = pick(['a', 'b', 'c', 'd']);
      const action = pick(['put', 'put', 'delete', 'follow']);
      if (action === 'put') {
        const data = { n: String(step) };
        const made = await test.call('POST', maps, { metadata: { name }, data });
        if (made.status === 409) await test.call('PATCH', `${maps}/${name}`, { data });
      } else if (action === 'delete') await test.call('DELETE', `${maps}/${name}`);
      else {
        const list = await test.call('GET', maps);
        const since = list.body.metadata.resourceVersion!;
        states.set(since, stateOf(list.body.items));
        const [from, state] = pick([...states]);
        const frames = await test.watch(`${maps}?watch=true&resourceVersion=${from}`);
        followers.push(follow(frames, new Map(state)));
      }
    }
    await put('last');
    const final = stateOf((await test.call('GET', maps)).body.items);
    for (const follower of await Promise.all(followers)) expect(follower).toEqual(final);
    expect(followers.length).toBeGreaterThan(5);
  });

  it('cuts off a reader who does not read', async () => {
    await put('big');
    const response = await test.server.transport(new Request(`http://test${maps}?watch=true`));
    const data = { text: 'x'.repeat(900_000) };
    for (let at = 0; at < 25; at++)
      await test.call('PATCH', `${maps}/big`, { data: { ...data, at: String(at) } });
    const reader = response.body!.getReader();
    let frames = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) frames += 1;
    expect(frames).toBeLessThan(22);
  });

  it('hears of a write within a few milliseconds', async () => {
    const frames = await test.watch(`${maps}?watch=true`);
    const took: number[] = [];
    for (let at = 0; at < 20; at++) {
      const start = performance.now();
      const [frame] = await Promise.all([frames.next(), put(`n${at}`)]);
      took.push(performance.now() - start);
      expect(frame?.object.metadata.name).toBe(`n${at}`);
    }
    frames.stop();
    expect(took.toSorted((a, b) => a - b)[5]).toBeLessThan(25);
  });
});

/** Numbers between 0 and 1 that are the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function stateOf(items: readonly Answered[]): Map<string, string> {
  return new Map(items.map((item) => [item.metadata.name!, item.metadata.resourceVersion!]));
}

/** Keeps a state by the frames of a watch, until the object `last` appears. */
async function follow(frames: Frames, state: Map<string, string>): Promise<Map<string, string>> {
  for (let frame = await frames.next(); frame; frame = await frames.next()) {
    const { name, resourceVersion } = frame.object.metadata;
    if (frame.type === 'DELETED') state.delete(name!);
    else state.set(name!, resourceVersion!);
    if (name === 'last') break;
  }
  frames.stop();
  return state;
}
