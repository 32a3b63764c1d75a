import { expect, it } from 'vitest';
import { FakeClock, silentLogger } from '../../../base/index.ts';
import { createQuotaKeeper } from '../admission/quota/quota-keeper.ts';
import { systemAdmin } from '../auth/user.ts';
import { buildState } from '../build-state.ts';
import { route } from '../route.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';

/** A store whose disk takes its time: nothing is safe until `flush`. */
async function slowStore(): Promise<{ store: Store; flush: () => void }> {
  const real = await openSqliteStore({ path: ':memory:', clock: new FakeClock() });
  let published = real.revision;
  let waiting: (() => void)[] = [];
  const store = new Proxy(real, {
    get(target, name) {
      if (name === 'published') return published;
      if (name === 'durable') return () => new Promise<void>((done) => waiting.push(done));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const flush = (): void => {
    published = real.revision;
    for (const done of waiting) done();
    waiting = [];
  };
  return { store, flush };
}

const maps = '/api/v1/namespaces/default/configmaps';

it.each([
  ['the object', 'GET', `${maps}/a`, 200],
  ['the list', 'GET', maps, 200],
  ['a watch that begins with what is there', 'GET', `${maps}?watch=1`, 200],
  ['that it exists', 'POST', maps, 409],
  ['that another one is gone', 'GET', `${maps}/gone`, 404],
])('%s is not shown before it is safe', async (_what, method, path, status) => {
  const { store, flush } = await slowStore();
  const state = buildState(
    { storePath: ':memory:', clock: new FakeClock(), log: silentLogger },
    {
      store,
      closing: new AbortController().signal,
      runtime: () => undefined,
      quotas: createQuotaKeeper(store),
    },
  );
  const object = (name: string): never =>
    ({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, namespace: 'default' } }) as never;
  store.put(
    '/core/namespaces/default',
    { ...(object('default') as object), status: {} } as never,
    0,
  );
  store.put('/core/configmaps/default/a', object('a'), 0);
  const gone = store.put('/core/configmaps/default/gone', object('gone'), 0);
  store.remove('/core/configmaps/default/gone', gone.revision);
  const body =
    method === 'POST' ? { body: Buffer.from(JSON.stringify({ metadata: { name: 'a' } })) } : {};
  const request = new Request(`http://x${path}`, { method, ...body });
  let answered = false;
  const other = (): Promise<undefined> => Promise.resolve(undefined);
  const answer = route(state, request, { user: systemAdmin, other }).then((response) => {
    answered = true;
    return response;
  });
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  expect(answered).toBe(false);
  flush();
  expect((await answer).status).toBe(status);
  const again = await route(state, new Request(`http://x${maps}/a`), { user: systemAdmin, other });
  expect(again.status).toBe(200);
});
