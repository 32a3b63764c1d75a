import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HelmReleaseSpec } from '../../api/helm-release/index.ts';
import { CrashCase, createCrashWorld } from './crash-world.contract.ts';
import type { CrashWorld } from './crash-world.contract.ts';

let world: CrashWorld;
beforeAll(async () => {
  world = await createCrashWorld();
});
afterAll(() => world.close());

const values = (objects: string[], colour: string): Pick<HelmReleaseSpec, 'values'> => ({
  values: { objects, colour },
});
const first = values(['a', 'b'], 'red');
const second = values(['b', 'c'], 'blue');

/** One operation, and what must be true when it was cut short and another operator came. */
interface Story {
  /** What is there before; nothing when it is the install itself. */
  readonly before?: Partial<HelmReleaseSpec>;
  /** What begins the operation: a HelmRelease to create, to change, or none to delete. */
  readonly change?: Partial<HelmReleaseSpec>;
  /** Git has gone on by the time that the second operator comes. */
  readonly meanwhile?: Partial<HelmReleaseSpec>;
  readonly ends: 'Succeeded' | 'RolledBack' | 'gone';
  readonly objects: readonly string[];
  readonly config?: unknown;
}

const broken = { ...values(['b', 'Not-A-Name'], 'black'), rollback: { enable: true }, wait: false };

const stories: Readonly<Record<string, Story>> = {
  'an install': {
    change: first,
    ends: 'Succeeded',
    objects: ['a red', 'b red'],
    config: first.values,
  },
  'an install, and git goes on': {
    change: first,
    meanwhile: second,
    ends: 'Succeeded',
    objects: ['b blue', 'c blue'],
    config: second.values,
  },
  'an upgrade': {
    before: first,
    change: second,
    ends: 'Succeeded',
    objects: ['b blue', 'c blue'],
    config: second.values,
  },
  'an upgrade, and git goes on': {
    before: first,
    change: second,
    meanwhile: values(['a'], 'green'),
    ends: 'Succeeded',
    objects: ['a green'],
    config: { objects: ['a'], colour: 'green' },
  },
  'a failed upgrade with its rollback': {
    before: first,
    change: broken,
    ends: 'RolledBack',
    objects: ['a red', 'b red'],
    config: first.values,
  },
  'an uninstall': { before: first, ends: 'gone', objects: [] },
};

async function begin(story: Story, namespace: string): Promise<CrashCase> {
  const each = new CrashCase(world, namespace);
  if (story.before === undefined) {
    await each.create(story.change ?? {});
    return each;
  }
  await each.create(story.before);
  const life = each.start();
  await each.settled('Succeeded');
  await life.stop();
  if (story.change === undefined) await each.delete();
  else await each.change(story.change);
  return each;
}

async function end(story: Story, each: CrashCase): Promise<void> {
  if (story.ends === 'gone') await each.gone();
  else await each.settled(story.ends);
}

/** The writes of the operation when nobody dies. */
async function countWrites(story: Story, namespace: string): Promise<number> {
  const each = await begin(story, namespace);
  const life = each.start();
  await end(story, each);
  await life.stop();
  expect(life.writes()).toBeGreaterThan(10);
  return life.writes();
}

async function dieAt(story: Story, namespace: string, write: number): Promise<void> {
  const each = await begin(story, namespace);
  const life = each.start(write);
  // The last writes, events, may come after the end that is waited for, or not at all.
  await Promise.race([life.died, end(story, each)]);
  await life.stop();
  if (story.meanwhile !== undefined) await each.change(story.meanwhile);
  const next = each.start();
  await end(story, each);
  await next.stop();
  await check(story, each);
}

async function check({ objects, config }: Story, each: CrashCase): Promise<void> {
  const left = { case: each.namespace, ...(await each.left()) };
  const nothing = { hooks: [], pending: [], twice: [] };
  expect(left).toEqual({ case: each.namespace, objects, config, ...nothing });
}

const atOnce = 8;

describe('an operator that dies at any of its writes', { timeout: 120_000 }, () => {
  it.each(Object.entries(stories))('in %s: the next one ends it', async (name, story) => {
    const place = `n${Object.keys(stories).indexOf(name)}`;
    const { meanwhile, ...whole } = story;
    const writes = await countWrites(whole, `${place}-whole`);
    // Every write; where git goes on every third, as what matters is what is left then.
    const step = meanwhile === undefined ? 1 : 3;
    const all = Array.from({ length: Math.ceil(writes / step) }, (_, at) => at * step + 1);
    for (let at = 0; at < all.length; at += atOnce) {
      const some = all.slice(at, at + atOnce);
      await Promise.all(some.map((write) => dieAt(story, `${place}-w${write}`, write)));
    }
  });
});

describe('an operator that is killed', { timeout: 120_000 }, () => {
  it.each([
    ['an install', 6],
    ['an upgrade', 9],
    ['a failed upgrade with its rollback', 16],
    ['an uninstall', 5],
  ] as const)('in %s, at write %i: the next one ends it', async (name, write) => {
    const story = stories[name]!;
    const each = await begin(story, `killed-${write}`);
    await each.spawn(write);
    const next = each.start();
    await end(story, each);
    await next.stop();
    await check(story, each);
  });
});
