import { silentLogger, type FakeClock } from '../../../base/index.ts';
import { createQuotaKeeper } from '../admission/quota/quota-keeper.ts';
import { systemAdmin } from '../auth/user.ts';
import { buildState } from '../build-state.ts';
import { route } from '../route.ts';
import { openSqliteStore, type Retention } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { clientOf, type TestClient } from './test-server.ts';

/** A server with nothing in it and nothing going on beside requests: it starts in a moment. */
export interface BareServer extends TestClient {
  readonly store: Store;
  close(): Promise<void>;
}

/** Starts one on a store that forgets as quickly as told. */
export async function startBareServer(options: {
  readonly path?: string;
  readonly clock: FakeClock;
  readonly retention?: Retention;
}): Promise<BareServer> {
  const { path = ':memory:', clock, retention } = options;
  const store = await openSqliteStore({ path, clock, ...(retention ? { retention } : {}) });
  const closing = new AbortController();
  const state = buildState(
    { storePath: path, clock, log: silentLogger },
    { store, closing: closing.signal, runtime: () => undefined, quotas: createQuotaKeeper(store) },
  );
  const other = (): Promise<undefined> => Promise.resolve(undefined);
  return {
    store,
    ...clientOf((request) => route(state, request, { user: systemAdmin, other })),
    async close() {
      closing.abort();
      await store.close();
    },
  };
}
