import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  FakeClock,
  KnownError,
  asKnownError,
  createBus,
  createLogger,
  hide,
  keyText,
  logfmtLine,
} from './index.ts';

describe('logfmt', () => {
  it.each([
    ['a word', { a: 'b' }, 'a=b'],
    ['a space is quoted', { a: 'b c' }, 'a="b c"'],
    ['an equals sign is quoted', { a: 'b=c' }, 'a="b=c"'],
    ['a quote is escaped', { a: 'say "x"' }, 'a="say \\"x\\""'],
    ['a newline is escaped', { a: 'x\ny' }, 'a="x\\ny"'],
    ['nil', { a: null }, 'a=null'],
    ['the text null is told from nil', { a: 'null' }, 'a="null"'],
    ['empty', { a: '' }, 'a='],
    ['numbers and booleans', { a: 1, b: true }, 'a=1 b=true'],
    ['an error shows its message', { err: new Error('no way') }, 'err="no way"'],
    ['a hidden value stays hidden', { a: hide('pw') }, 'a=[hidden]'],
    ['angle brackets are left alone', { id: '<cluster>:namespace/a' }, 'id=<cluster>:namespace/a'],
  ])('%s', (_name, fields, line) => {
    expect(logfmtLine(Object.entries(fields))).toBe(line);
  });
});

describe('logger', () => {
  const lines: string[] = [];
  const clock = new FakeClock('2026-05-06T07:08:09.010Z');

  it('prints time, caller, carried fields, then the rest', () => {
    const log = createLogger({ clock, write: (line) => lines.push(line) }).with({
      component: 'sync-loop',
    });
    log.info('', { event: 'refreshed', branch: 'master' });
    expect(lines.pop()).toMatch(
      /^ts=2026-05-06T07:08:09\.010Z caller=base\.test\.ts:\d+ component=sync-loop event=refreshed branch=master$/,
    );
  });

  it('drops what is below its level and prints JSON when asked', () => {
    const log = createLogger({ clock, write: (line) => lines.push(line), format: 'json' });
    log.debug('not this');
    log.error('broken', { why: new Error('cause') });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines.pop() ?? '')).toMatchObject({ err: 'broken', why: 'cause' });
  });
});

describe('fake clock', () => {
  it('wakes sleepers in order and rejects when aborted', async () => {
    const clock = new FakeClock();
    const woken: string[] = [];
    void clock.sleep(20).then(() => woken.push('b'));
    void clock.sleep(10).then(() => woken.push('a'));
    const stop = new AbortController();
    const stopped = clock.sleep(5, stop.signal).catch((thrown: unknown) => thrown);
    stop.abort(new Error('enough'));
    await clock.advance(15);
    expect(woken).toEqual(['a']);
    await clock.advance(5);
    expect(woken).toEqual(['a', 'b']);
    expect(await stopped).toMatchObject({ message: 'enough' });
  });
});

describe('bus', () => {
  it('delivers to the others when one listener throws, and stops on abort', async () => {
    const heard: number[] = [];
    const errors: unknown[] = [];
    const bus = createBus<{ n: number }>((thrown) => errors.push(thrown));
    const until = new AbortController();
    bus.subscribe(
      'n',
      () => {
        throw new Error('mine');
      },
      until.signal,
    );
    bus.subscribe('n', (n) => heard.push(n), until.signal);
    bus.publish('n', 1);
    await Promise.resolve();
    until.abort();
    bus.publish('n', 2);
    await Promise.resolve();
    expect(heard).toEqual([1]);
    expect(errors).toHaveLength(1);
  });
});

describe('values', () => {
  it('a hidden value cannot be printed', () => {
    const secret = hide('swordfish');
    expect(`${secret} ${JSON.stringify({ secret })} ${inspect(secret)}`).not.toContain('swordfish');
    expect(secret.reveal()).toBe('swordfish');
  });

  it('a known error knows what happens next, anything else is a bug', () => {
    expect(new KnownError('invalid', 'x').retry).toBe('when-changed');
    expect(new KnownError('unreachable', 'x').retry).toBe('backoff');
    expect(() => asKnownError(new TypeError('bug'))).toThrow('bug');
  });

  it('a key reads as people write it', () => {
    expect(keyText({ namespace: 'a', name: 'b' })).toBe('a/b');
    expect(keyText({ name: 'b' })).toBe('b');
  });
});
