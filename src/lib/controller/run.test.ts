import { afterEach, describe, expect, it } from 'vitest';
import {
  KnownError,
  silentLogger,
  systemClock,
  type Key,
  type KubeObject,
} from '../../base/index.ts';
import { createApiServer, type ApiServer } from '../../embedded/apiserver/index.ts';
import { connect, kinds, type Cluster } from '../kube/index.ts';
import { runController, type Decision, type Reconciler } from './index.ts';

// Against the real embedded API server, in memory. The kind under test keeps `data.copy` equal to `data.wish`.
const open: ApiServer[] = [];
const stops: AbortController[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort();
  await Promise.all(open.splice(0).map((each) => each.close()));
});

type Map = KubeObject & { data?: Record<string, string> };

const key = (name: string) => ({ namespace: 'default', name });
const map = (name: string, data: Record<string, string>): Map => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});

async function started(
  change: Partial<Reconciler<Map, string, string>> = {},
  trustsWatch: boolean = false,
): Promise<{ cluster: Cluster; acts: string[]; reads: string[]; enqueue: (key: Key) => void }> {
  const server = await createApiServer({
    storePath: ':memory:',
    clock: systemClock,
    log: silentLogger,
  });
  open.push(server);
  const reads: string[] = [];
  const cluster = connect({
    transport: (request) => {
      if (request.method === 'GET') reads.push(new URL(request.url).pathname);
      return server.transport(request);
    },
  });
  const acts: string[] = [];
  const reconciler: Reconciler<Map, string, string> = {
    kind: kinds.ConfigMap,
    observe: async (object) => object.data?.['copy'] ?? '',
    decide: (object, copy): Decision<string> => {
      const wish = object.data?.['wish'];
      if (wish === undefined || wish === copy) return { is: 'done', because: 'equal' };
      return { is: 'act', step: wish, because: 'differs' };
    },
    act: async (object, wish) => {
      acts.push(`${object.metadata.name}=${wish}`);
      await cluster.patch(
        kinds.ConfigMap,
        object.metadata,
        { data: { copy: wish } },
        { type: 'merge' },
      );
    },
    ...change,
  };
  const stop = new AbortController();
  stops.push(stop);
  const ports = { cluster, clock: systemClock, log: silentLogger, name: 'test', trustsWatch };
  const { enqueue } = runController(reconciler, { ...ports, namespace: 'default' }, stop.signal);
  return { cluster, acts, reads, enqueue };
}

async function until<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let turn = 0; turn < 400; turn += 1) {
    const found = await ask();
    if (found !== undefined) return found;
    await systemClock.sleep(10);
  }
  throw new Error('waited too long');
}

describe('the runtime', () => {
  it('acts until there is nothing more to do, and again on a change', async () => {
    const { cluster, acts } = await started();
    await cluster.create(kinds.ConfigMap, map('a', { wish: 'x' }));
    await until(() => acts[0]);
    await cluster.patch(kinds.ConfigMap, key('a'), { data: { wish: 'y' } }, { type: 'merge' });
    await until(() => acts[1]);
    expect(acts).toEqual(['a=x', 'a=y']);
  });

  it('one object that fails does not hold up another, and tells why in an event', async () => {
    const { cluster, acts } = await started({
      observe: async (object) => {
        if (object.metadata.name === 'bad') throw new KnownError('invalid', 'this one is broken');
        return object.data?.['copy'] ?? '';
      },
    });
    await cluster.create(kinds.ConfigMap, map('bad', { wish: 'x' }));
    await cluster.create(kinds.ConfigMap, map('good', { wish: 'x' }));
    await until(() => acts[0]);
    const event = await until(
      async () => (await cluster.list(kinds.Event, { namespace: 'default' })).items[0],
    );
    expect(event).toMatchObject({
      reason: 'Invalid',
      message: 'this one is broken',
      type: 'Warning',
    });
    expect(acts).toEqual(['good=x']);
  });

  it('lets the reconciler tell a failure in its own words, or keep silent', async () => {
    const { cluster } = await started({
      observe: async () => {
        throw new KnownError('invalid', 'this one is broken');
      },
      failureEvent: ({ metadata: { name } }, { message }) =>
        name === 'silent' ? undefined : { reason: 'FailedSync', message: `${name}: ${message}` },
    });
    await cluster.create(kinds.ConfigMap, map('silent', { wish: 'x' }));
    await cluster.create(kinds.ConfigMap, map('loud', { wish: 'x' }));
    const list = async () => (await cluster.list(kinds.Event, { namespace: 'default' })).items;
    await until(async () => (await list())[0]);
    expect((await list()).map(({ reason, message }) => [reason, message])).toEqual([
      ['FailedSync', 'loud: this one is broken'],
    ]);
  });

  it('reads nothing in a pass that finds nothing to do, when it may trust the watch', async () => {
    let looks = 0;
    const observe = async (object: Map): Promise<string> => {
      looks += 1;
      return object.data?.['copy'] ?? '';
    };
    const { cluster, acts, reads, enqueue } = await started({ observe }, true);
    await cluster.create(kinds.ConfigMap, map('a', { wish: 'x' }));
    await until(() => acts[0]);
    // The echo of the write is looked at once more, then the watch has caught up.
    const pass = async (): Promise<number> => {
      const [before, from] = [looks, reads.length];
      enqueue(key('a'));
      await until(() => (looks > before ? true : undefined));
      await systemClock.sleep(1);
      return reads.length - from;
    };
    await until(async () => ((await pass()) === 0 ? true : undefined));
    expect(await pass()).toBe(0);
    expect(acts).toEqual(['a=x']);
  });

  it('stops a step that changes nothing', async () => {
    let times = 0;
    const { cluster } = await started({ act: async () => void (times += 1) });
    await cluster.create(kinds.ConfigMap, map('a', { wish: 'x' }));
    const event = await until(
      async () => (await cluster.list(kinds.Event, { namespace: 'default' })).items[0],
    );
    expect(event['message']).toBe('step "x" was done 2 times without effect (differs)');
    expect(times).toBeGreaterThanOrEqual(2);
  });

  it('keeps a finalizer and undoes its work before the object goes', async () => {
    const undone: string[] = [];
    const { cluster, acts } = await started({
      finalizer: 'example.com/undo',
      finalize: async (object) => void undone.push(object.metadata.name),
    });
    await cluster.create(kinds.ConfigMap, map('a', { wish: 'x' }));
    await until(() => acts[0]);
    expect((await cluster.get(kinds.ConfigMap, key('a')))?.metadata.finalizers).toEqual([
      'example.com/undo',
    ]);
    await cluster.delete(kinds.ConfigMap, key('a'));
    await until(async () =>
      (await cluster.get(kinds.ConfigMap, key('a'))) === undefined ? true : undefined,
    );
    expect(undone).toEqual(['a']);
  });

  it('leaves a suspended object alone', async () => {
    const { cluster, acts } = await started({
      isSuspended: (object) => object.data?.['suspend'] === 'yes',
    });
    await cluster.create(kinds.ConfigMap, map('a', { wish: 'x', suspend: 'yes' }));
    await cluster.create(kinds.ConfigMap, map('b', { wish: 'x' }));
    await until(() => acts[0]);
    expect(acts).toEqual(['b=x']);
  });
});
