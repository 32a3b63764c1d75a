import { describe, expect, it } from 'vitest';
import { parseApiPath } from './api-path.ts';
import { jsonBody } from './body.ts';
import { duplicateKeys } from './duplicate-keys.ts';
import { parseFieldSelector } from './field-selector.ts';
import { parseLabelSelector } from './label-selector.ts';
import { negotiate } from './negotiate.ts';

describe('paths', () => {
  it.each([
    ['/api/v1/pods', { group: '', version: 'v1', plural: 'pods' }],
    ['/api/v1/namespaces/n', { plural: 'namespaces', name: 'n' }],
    ['/api/v1/namespaces/n/finalize', { plural: 'namespaces', name: 'n', subresource: 'finalize' }],
    [
      '/api/v1/namespaces/n/pods/p/log',
      { namespace: 'n', plural: 'pods', name: 'p', subresource: 'log' },
    ],
    [
      '/apis/apps/v1/namespaces/n/deployments/d/scale',
      { group: 'apps', namespace: 'n', name: 'd', subresource: 'scale' },
    ],
    [
      '/api/v1/namespaces/n/services/http:s:80/proxy/a%20b/c',
      { name: 'http:s:80', subresource: 'proxy', rest: '/a%20b/c' },
    ],
    ['/api/v1/namespaces/n/services/s/proxy/', { subresource: 'proxy', rest: '/' }],
    ['/api/v1/watch/namespaces/n/pods', { watch: true, namespace: 'n', plural: 'pods' }],
    [
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Ax',
      { plural: 'clusterroles', name: 'system:x' },
    ],
  ])('%s', (path, target) => {
    expect(parseApiPath(path)).toMatchObject({ is: 'resource', target });
  });

  it.each([
    ['/api/v1', { is: 'group-version', group: '', version: 'v1' }],
    ['/apis/apps/v1', { is: 'group-version', group: 'apps', version: 'v1' }],
    ['/apis/apps', { is: 'group', group: 'apps' }],
    ['/version', { is: 'other' }],
  ])('%s', (path, parsed) => {
    expect(parseApiPath(path)).toMatchObject(parsed);
  });
});

describe('members named twice', () => {
  it.each([
    ['{"a":1,"b":{"a":2}}', []],
    ['{"a":1,"a":2}', ['a']],
    ['{"a":{"b":[{"c":1},{"c":1,"c":2}]}}', ['a.b[1].c']],
    ['{"a\\"b":":{","c":["a","a"]}', []],
  ])('%s', (text, found) => {
    expect(duplicateKeys(text)).toEqual(found);
  });

  it('are looked for in long texts too', () => {
    expect(duplicateKeys(`{"a":"${'x\\n'.repeat(1_000_000)}","a":1}`)).toEqual(['a']);
  });
});

describe('label selectors', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['a=b', { a: 'b' }, true],
    ['a==b,c', { a: 'b' }, false],
    ['a!=b', {}, true],
    ['a in (b, c)', { a: 'c' }, true],
    ['a notin (b,c),!d', { a: 'x' }, true],
    ['!a', { a: '' }, false],
    ['x.y/z', { 'x.y/z': '1' }, true],
    ['n>3', { n: '4' }, true],
    ['n<3', { n: 'x' }, false],
    ['a=', { a: '' }, true],
  ])('%s of %j is %s', (text, labels, expected) => {
    expect(parseLabelSelector(text)?.(labels)).toBe(expected);
  });

  it.each(['a in b', 'a=b=c', '=', 'a b', '-a'])('%s is refused', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(/unable to parse requirement/);
  });
});

describe('field selectors', () => {
  it('pin a name, compare, and treat what is absent as empty', () => {
    const selector = parseFieldSelector('metadata.name=x,spec.nodeName!=n,status.phase==');
    expect(selector?.name).toBe('x');
    expect(selector?.selects({ 'spec.nodeName': 'm' })).toBe(false);
    expect(selector?.selects({ 'metadata.name': 'x', 'spec.nodeName': 'm' })).toBe(true);
    expect(parseFieldSelector('a=b\\,c')?.selects({ a: 'b,c' })).toBe(true);
  });
});

describe('forms of an answer', () => {
  it.each([
    [null, 'object', 'json'],
    ['*/*', 'object', 'json'],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 'table', 'json'],
    ['application/json;as=Table;v=v9;g=meta.k8s.io,application/json', 'object', 'json'],
    ['application/yaml;q=0.5,application/json;q=0.1', 'object', 'yaml'],
    ['application/vnd.kubernetes.protobuf,*/*;q=0.1', 'object', 'json'],
  ])('%s', (accept, as, format) => {
    expect(negotiate(accept, ['table'])).toMatchObject({ as, format });
  });

  it('nothing that can be had is 406', () => {
    expect(() => negotiate('text/html', [])).toThrow(/only the following media types are accepted/);
  });
});

describe('bodies that cannot be read', () => {
  it.each([
    ['apiVersion: v1\nkind: Pod\nmetadata: {}', / \(61706956[0-9a-f]{52} \.\.\.\)$/],
    ['{"kind": ', / \(\{"kind": \)$/],
  ])('%j is quoted in part', (text, end) => {
    const message = /must be of type Namespace\): couldn't get version\/kind; json parse error: /;
    expect(() => jsonBody(text, 'Namespace')).toThrow(message);
    expect(() => jsonBody(text, 'Namespace')).toThrow(end);
  });
});
