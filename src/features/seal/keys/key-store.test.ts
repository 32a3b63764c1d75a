import { expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../base/index.ts';
import { createApiServer } from '../../../embedded/apiserver/index.ts';
import { connect } from '../../../lib/kube/index.ts';
import { startSeal } from '../start-seal.ts';

it('ends when it is stopped before it has a key', async () => {
  const how = { storePath: ':memory:', clock: systemClock, log: silentLogger };
  const server = await createApiServer(how);
  const cluster = connect({ transport: server.transport });
  const stop = new AbortController();
  const seal = startSeal({
    cluster,
    clock: systemClock,
    log: silentLogger,
    signal: stop.signal,
    settings: { namespace: 'default', keySizeBits: 2048 },
  });
  stop.abort();
  await expect(seal.done).resolves.toBeUndefined();
  await server.close();
});
