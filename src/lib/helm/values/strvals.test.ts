import { describe, expect, it } from 'vitest';
import { int64 } from '../../gotemplate/index.ts';
import { setLiteral, setValues } from './strvals.ts';
import type { SetMode } from './strvals.ts';

function set(text: string, mode: SetMode = 'typed', values: Record<string, unknown> = {}): unknown {
  setValues(values, text, mode);
  return values;
}

describe('--set', () => {
  it.each<[string, unknown]>([
    ['a=1', { a: int64(1) }],
    ['a=b,c=d', { a: 'b', c: 'd' }],
    ['a.b.c=x', { a: { b: { c: 'x' } } }],
    ['a=true,b=FALSE,c=null,d=Null', { a: true, b: false, c: null, d: null }],
    ['a=-5,b=+5,c=0,d=00,e=007', { a: int64(-5), b: int64(5), c: int64(0), d: '00', e: '007' }],
    ['a=1.5,b=1e3,c=9223372036854775808', { a: '1.5', b: '1e3', c: '9223372036854775808' }],
    ['a=', { a: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['a={}', { a: [''] }],
    ['a={,}', { a: ['', ''] }],
    ['a={1,x}', { a: [int64(1), 'x'] }],
    ['a={x},b=1', { a: ['x'], b: int64(1) }],
    ['a[2]=x', { a: [null, null, 'x'] }],
    ['a[0].b=1', { a: [{ b: int64(1) }] }],
    ['a[0][1]=z', { a: [[null, 'z']] }],
    ['a\\.b=1', { 'a.b': int64(1) }],
    ['a=1\\,2', { a: '1,2' }],
    ['a={b: c}', { a: ['b: c'] }],
    ['a=" 1"', { a: '" 1"' }],
    ['=v', {}],
    ['.a=1', {}],
    // The text ends where a value would be: what was begun is left.
    ['a.=', {}],
    ['a[1][0]', { a: [] }],
    ['a[0].', { a: [] }],
  ])('%s', (text, values) => {
    expect(set(text)).toEqual(values);
  });

  it.each([
    ['a', 'key "a" has no value'],
    ['a,b=1', 'key "a" has no value (cannot end with ,)'],
    ['a.=,b=1', 'key map "a" has no value'],
    ['a[0]xy=1', "unexpected data at end of array index: ['x' 'y']"],
    ['a={1', "list must terminate with '}'"],
    ['a[x]=1', 'error parsing index: strconv.Atoi: parsing "x": invalid syntax'],
    ['a[70000]=1', 'index of 70000 is greater than maximum supported index of 65536'],
    ['a={1,{2}}', 'key "}" has no value'],
    ['a=[1,2]', 'key "2]" has no value'],
    [
      `${'a.'.repeat(31)}b=1`,
      'value name nested level is greater than maximum supported nested level of 30',
    ],
  ])('%s is refused', (text, message) => {
    expect(() => set(text)).toThrow(message);
  });

  it('changes what is there, and refuses to walk through a scalar', () => {
    expect(set('a.b=2', 'typed', { a: { b: 1, c: 3 } })).toEqual({ a: { b: int64(2), c: 3 } });
    expect(set('l[1]=y', 'typed', { l: ['a', 'b'] })).toEqual({ l: ['a', 'y'] });
    expect(() => set('a.b=1', 'typed', { a: 'x' })).toThrow(
      'unable to parse key: interface conversion: interface {} is string, not map[string]interface {}',
    );
  });
});

describe('the other kinds', () => {
  it('--set-string takes all for text', () => {
    expect(set('a=1,b=true,c={1,2}', 'string')).toEqual({ a: '1', b: 'true', c: ['1', '2'] });
  });

  it.each([
    ['a={"b":[1,2]},c=1.5', { a: { b: [1, 2] }, c: 1.5 }],
    ['a="x,y" , b=null', { a: 'x,y', ' b': null }],
    ['a=,b=1', { a: null, b: 1 }],
    ['a.b=[{"c":"}"}]', { a: { b: [{ c: '}' }] } }],
  ])('--set-json %s', (text, values) => {
    expect(set(text, 'json')).toEqual(values);
  });

  it('--set-literal keeps everything after the first =', () => {
    const values = {};
    setLiteral(values, 'a.b=1,c={x}\\y');
    expect(values).toEqual({ a: { b: '1,c={x}\\y' } });
  });
});
