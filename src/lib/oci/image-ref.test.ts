import { describe, expect, it } from 'vitest';
import { canonicalName, imageText, parseImage, withTag } from './image-ref.ts';

const hex = 'a'.repeat(64);

describe('parseImage', () => {
  it.each([
    ['alpine', '', 'alpine', undefined, 'index.docker.io/library/alpine'],
    ['alpine:3.5', '', 'alpine', '3.5', 'index.docker.io/library/alpine'],
    ['library/alpine', '', 'library/alpine', undefined, 'index.docker.io/library/alpine'],
    [
      'docker.io/fluxcd/flux:1.1.0',
      'docker.io',
      'fluxcd/flux',
      '1.1.0',
      'index.docker.io/fluxcd/flux',
    ],
    [
      'index.docker.io/alpine',
      'index.docker.io',
      'alpine',
      undefined,
      'index.docker.io/library/alpine',
    ],
    ['localhost:5000/app:v1', 'localhost:5000', 'app', 'v1', 'localhost:5000/app'],
    ['localhost/hello:v1', 'localhost', 'hello', 'v1', 'localhost/hello'],
    [
      'weaveworks/helloworld',
      '',
      'weaveworks/helloworld',
      undefined,
      'index.docker.io/weaveworks/helloworld',
    ],
    ['quay.io/a/b/c:x', 'quay.io', 'a/b/c', 'x', 'quay.io/a/b/c'],
    // Three elements: the first is the domain, whatever it looks like.
    ['kube/aws/x', 'kube', 'aws/x', undefined, 'kube/aws/x'],
    // Two, and no dot before the port: no domain, so the port is taken for a tag.
    ['registry:5000/app', '', 'registry', '5000/app', 'index.docker.io/library/registry'],
    ['a.b:5000/app:1', 'a.b:5000', 'app', '1', 'a.b:5000/app'],
  ])('%s', (text, ...expected) => {
    const [domain, path, tag, canonical] = expected;
    const ref = parseImage(text);
    expect([ref.domain, ref.path, ref.tag]).toEqual([domain, path, tag]);
    expect(canonicalName(ref)).toBe(canonical);
    expect(imageText(ref)).toBe(text);
  });

  it('keeps a digest, and prints it in place of the tag', () => {
    const ref = parseImage(`quay.io/a/b:1@sha256:${hex}`);
    expect(ref).toMatchObject({ tag: '1', digest: `sha256:${hex}` });
    expect(imageText(ref)).toBe(`quay.io/a/b@sha256:${hex}`);
    expect(withTag(ref, '2').text).toBe('quay.io/a/b:2');
  });

  it('keeps the written name under a new tag', () => {
    expect(withTag(parseImage('alpine:1'), '2').text).toBe('alpine:2');
    expect(withTag(parseImage('docker.io/library/alpine'), '2').text).toBe(
      'docker.io/library/alpine:2',
    );
  });

  it.each([
    ['', 'parsing "": blank image name: invalid image ID'],
    [':tag', 'expected image name as either <image>:<tag> or just <image>: invalid image ID'],
    ['/leading', 'expected image name'],
    ['trailing/', 'expected image name'],
    ['alpine:', 'expected image name'],
    ['a:b:c', 'expected image name'],
    ['a@sha256:xyz', 'expected image name'],
    [`a@sha256:${hex}@sha256:${hex}`, 'expected image name'],
  ])('refuses %j', (text, message) => {
    expect(() => parseImage(text)).toThrow(message);
  });
});
