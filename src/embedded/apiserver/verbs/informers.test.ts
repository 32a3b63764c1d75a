import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { FakeClock } from '../../../base/index.ts';
import { startBareServer, type BareServer } from '../testing/bare-server.ts';
import { startInformer } from '../testing/informer.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'trice-informers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Numbers that are the same for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return (state >>> 8) % below;
  };
}

const pick = <T>(random: (below: number) => number, from: readonly T[]): T =>
  from[random(from.length)]!;

interface World {
  server: BareServer;
  readonly clock: FakeClock;
  readonly random: (below: number) => number;
  readonly at: string;
}

const labels = ['red', 'blue', 'green'];
const names = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Creates, changes or deletes one of a few objects; what cannot be is refused, which is fine too. */
async function write({ server, random, at }: World): Promise<void> {
  const name = pick(random, names);
  const metadata = { name, labels: { color: pick(random, labels) } };
  const kind = random(4);
  if (kind === 0) await server.call('DELETE', `${at}/${name}`);
  else if (kind === 1) await server.call('POST', at, { metadata });
  else await server.call('PATCH', `${at}/${name}`, { metadata, data: { n: String(random(5)) } });
}

/** Writes, reads, breaks and forgets in any order; in the end an informer knows what a list shows. */
async function live(world: World, restart?: () => Promise<BareServer>): Promise<void> {
  const { clock, random, at } = world;
  const namespace = { metadata: { name: at.split('/')[4] } };
  await world.server.call('POST', '/api/v1/namespaces', namespace);
  const selector = pick(random, ['', '', 'color=red', 'color in (red,blue)', 'color!=green']);
  const informer = startInformer(() => world.server, at, selector);
  const rounds = 10 + random(30);
  for (let round = 0; round < rounds; round++) {
    const what = random(restart ? 22 : 21);
    if (what < 14) await write(world);
    else if (what < 17) {
      // Bookmarks are due every minute: a frame comes even when nothing was written.
      await informer.connect();
      const reading = informer.step();
      await clock.advance(60_000);
      await reading;
    } else if (what < 20) informer.disconnect();
    else if (what === 20) for (let more = 0; more < 12; more++) await write(world);
    else {
      informer.disconnect();
      world.server = await restart!();
    }
  }
  await world.server.call('POST', at, { metadata: { name: 'last', labels: { color: 'red' } } });
  await informer.until('last');
  informer.disconnect();
  const query = selector === '' ? '' : `?labelSelector=${encodeURIComponent(selector)}`;
  const { body } = await world.server.call('GET', `${at}${query}`);
  const listed = body.items.map(
    ({ metadata }) => [metadata.name!, metadata.resourceVersion!] as const,
  );
  expect(Object.fromEntries(informer.known)).toEqual(Object.fromEntries(listed));
}

/** More of them take longer and find more: `TRICE_SEEDS=5000`. */
const seeds = Number(process.env['TRICE_SEEDS'] ?? 200);

/** So short that watches are often told 410. */
const retention = { revisions: 25, ms: 3 * 60_000 };

it('informers end where a fresh list does, whatever is written, broken and forgotten', async () => {
  const clock = new FakeClock();
  const server = await startBareServer({ clock, retention });
  for (let seed = 0; seed < seeds; seed++) {
    const at = `/api/v1/namespaces/n${seed}/configmaps`;
    try {
      await live({ server, clock, random: randomOf(seed), at });
    } catch (thrown) {
      throw new Error(`seed ${seed}`, { cause: thrown });
    }
  }
  await server.close();
}, 600_000);

it('and when the server is started again meanwhile', async () => {
  const clock = new FakeClock();
  const file = path.join(folder, 'state.db');
  const open = (): Promise<BareServer> => startBareServer({ path: file, clock, retention });
  let server = await open();
  for (let seed = 0; seed < seeds / 20; seed++) {
    const at = `/api/v1/namespaces/n${seed}/configmaps`;
    const world = { server, clock, random: randomOf(seed), at };
    try {
      await live(world, async () => {
        await world.server.close();
        return open();
      });
    } catch (thrown) {
      throw new Error(`seed ${seed}`, { cause: thrown });
    }
    server = world.server;
  }
  await server.close();
}, 600_000);
