import { describe, expect, it } from 'vitest';
import { gcMarkOf, marked, syncSetName, checksumOf } from './marks.ts';
import { inApplyOrder } from './order.ts';
import { parseResourceId, parseResourceIdIn, resourceId } from './resource-id.ts';

const object = (kind: string, name: string, namespace?: string) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});

describe('names and marks', () => {
  it.each([
    [object('Deployment', 'app', 'dev'), 'dev:deployment/app'],
    [object('Namespace', 'dev'), '<cluster>:namespace/dev'],
  ])('names objects as Flux does', (each, id) => {
    expect(resourceId(each)).toBe(id);
    expect(parseResourceId(id)).toMatchObject({ name: each.metadata.name });
  });

  it('reads what a command line may say', () => {
    expect(parseResourceIdIn('dev', 'Deployment/app')).toEqual({
      namespace: 'dev',
      kind: 'deployment',
      name: 'app',
    });
    expect(parseResourceId('dev/app')).toEqual({ namespace: 'dev', kind: 'service', name: 'app' });
    expect(() => parseResourceId('what is this')).toThrow(/invalid service ID/);
  });

  it('makes marks that differ by repository, branch, path and object', () => {
    const source = { url: 'ssh://git@host/a', branch: 'master', paths: [] };
    const names = [
      syncSetName(source),
      syncSetName({ ...source, branch: 'main' }),
      syncSetName({ ...source, paths: ['x'] }),
    ];
    expect(new Set(names).size).toBe(3);
    expect(gcMarkOf(names[0]!, 'a:b/c')).toMatch(/^sha256\.[\w-]{43}$/);
    expect(gcMarkOf(names[0]!, 'a:b/c')).not.toBe(gcMarkOf(names[0]!, 'a:b/d'));
  });

  it('keeps a checksum and a mark that the file itself has, and does not depend on key order', () => {
    const plain = { ...object('ConfigMap', 'a', 'b'), data: { x: '1', y: '2' } };
    const turned = { data: { y: '2', x: '1' }, ...object('ConfigMap', 'a', 'b') };
    expect(checksumOf(plain)).toBe(checksumOf(turned));
    const own = {
      ...plain,
      metadata: { ...plain.metadata, labels: { 'fluxcd.io/sync-gc-mark': 'mine' } },
    };
    expect(marked(own, 'set', 'id').metadata.labels).toEqual({ 'fluxcd.io/sync-gc-mark': 'mine' });
    expect(marked(own, 'set', 'id').metadata.annotations?.['fluxcd.io/sync-checksum']).toMatch(
      /^[0-9a-f]{40}$/,
    );
  });

  it('applies what others need first', () => {
    const kinds = ['HelmRelease', 'Deployment', 'ConfigMap', 'Service', 'Namespace', 'Secret'];
    const ordered = inApplyOrder(kinds.map((kind) => ({ object: object(kind, 'x') })));
    expect(ordered.map((each) => each.object.kind)).toEqual([
      'Namespace',
      'Service',
      'ConfigMap',
      'Secret',
      'Deployment',
      'HelmRelease',
    ]);
  });
});
