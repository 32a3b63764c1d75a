import { describe, expect, it } from 'vitest';
import { maskOf } from './mask.ts';

describe('a mask', () => {
  const mask = maskOf([
    { a: 'swordfish', pin: 73519, deep: { list: ['a "quoted" one', 'line one\nline two'] } },
  ]);
  it.each([
    ['the word swordfish stands here', 'the word [hidden] stands here'],
    [JSON.stringify({ x: 'a "quoted" one' }), '{"x":"[hidden]"}'],
    ['only line two was quoted', 'only [hidden] was quoted'],
    [Buffer.from('swordfish').toString('base64'), '[hidden]'],
    ['the pin is 73519', 'the pin is [hidden]'],
    ['nothing of that', 'nothing of that'],
  ])('%s', (text, shown) => {
    expect(mask(text)).toBe(shown);
  });

  it('leaves short words alone: hiding them would hide the text', () => {
    expect(maskOf([{ port: '3306', on: 'true' }])('port 3306 is true')).toBe('port 3306 is true');
  });
});
