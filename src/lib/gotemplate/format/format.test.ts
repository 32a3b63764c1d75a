import { expect, test } from 'vitest';
import { int64, typedList } from '../value/index.ts';
import { formatFloat, goQuote, sprint, sprintf } from './index.ts';

test.each([
  [
    '%d|%5d|%-5d|%05d|%+d|% d|%x|%#X|%b|%o|%O|%c|%q|%U',
    [5n, 5n, 5n, -5n, 5n, 5n, 255n, 255n, 5n, 8n, 8n, 65n, 65n, 65n],
    "5|    5|5    |-0005|+5| 5|ff|0XFF|101|10|0o10|A|'A'|U+0041",
  ],
  [
    '%v|%f|%.2f|%8.3f|%e|%g|%.3g|%#g|%x|%b',
    [1e6, 1.5, 2.5, 1.5, 1234.5, 1e21, 1234.5, 1, 1.5, 1],
    '1e+06|1.500000|2.50|   1.500|1.234500e+03|1e+21|1.23e+03|1.00000|0x1.8p+00|4503599627370496p-52',
  ],
  [
    '%s|%q|%x|% X|%10s|%-4s|%.2s|%#q|%+q',
    ['a', 'a\n', 'hi', 'hi', 'r', 'l', 'cut', 'b', 'é'],
    'a|"a\\n"|6869|68 69|         r|l   |cu|`b`|"\\u00e9"',
  ],
  ['%d %s %f', ['x', 5, 2n], '%!d(string=x) %!s(float64=5) %!f(int=2)'],
  ['%v %s %d', [null], '<nil> %!s(MISSING) %!d(MISSING)'],
  ['%s', ['a', 'b'], 'a%!(EXTRA string=b)'],
  ['%z %! %', [1n], '%!z(int=1) %!!(MISSING) %!(NOVERB)'],
  [
    '%[2]d %[1]d %[3]d|%*d|%.*f',
    [1n, 2n],
    '2 1 %!d(BADINDEX)|%!d(MISSING)|%!(BADPREC)%!f(MISSING)',
  ],
  [
    '%v %+v %#v %T',
    [{ b: 1n, a: [null] }, ['a'], ['a', 1, 2n], typedList([1n], 'int')],
    'map[a:[<nil>] b:1] [a] []interface {}{"a", 1, 2} []int',
  ],
  ['%d %v', [int64(7), int64(-7)], '7 -7'],
] as const)('sprintf %j', (format, args, wanted) => {
  expect(sprintf(format, args as readonly unknown[])).toBe(wanted);
});

test('print puts blanks between what are no strings', () => {
  expect(sprint([1n, 2n, 'a', 'b', 3n, null])).toBe('1 2ab3 <nil>');
});

test('floats round half to even on their exact value', () => {
  expect([0.5, 1.5, 2.5, 1.005].map((value) => formatFloat(value, 'f', 0))).toEqual([
    '0',
    '2',
    '2',
    '1',
  ]);
  expect(formatFloat(1.005, 'f', 2)).toBe('1.00');
  expect(formatFloat(123456789, 'g', -1)).toBe('1.23456789e+08');
});

test('quotes', () => {
  expect(goQuote('a"\\\t\x01é\u200b😀\udc80')).toBe('"a\\"\\\\\\t\\x01é\\u200b😀\\x80"');
});
