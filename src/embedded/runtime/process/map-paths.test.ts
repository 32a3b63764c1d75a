import { expect, it } from 'vitest';
import { hostPathOf, mapArgument } from './map-paths.ts';

const mounts = [
  { mountPath: '/tmp', hostPath: '/data/tmp', readOnly: false },
  { mountPath: '/var/openfaas/secrets/', hostPath: '/data/secrets', readOnly: true },
  { mountPath: '/var', hostPath: '/tmp/var', readOnly: true },
];

it.each([
  ['/tmp', '/data/tmp'],
  ['/tmp/a/b', '/data/tmp/a/b'],
  ['/tmpfile', undefined],
  ['/var/openfaas/secrets/key', '/data/secrets/key'],
  ['/var/log', '/tmp/var/log'],
])('%s is %s', (path, expected) => {
  expect(hostPathOf(path, mounts)).toBe(expected);
});

it.each([
  ['/tmp/.lock', '/data/tmp/.lock'],
  ['--file=/tmp/x', '--file=/data/tmp/x'],
  ['cat /var/openfaas/secrets/key >/tmp/copy', 'cat /data/secrets/key >/data/tmp/copy'],
  ['/tmpfile and /srv/tmp', '/tmpfile and /srv/tmp'],
  // What a longer mount has put in is not read again by a shorter one.
  ['/var/log', '/tmp/var/log'],
])('argument %s becomes %s', (argument, expected) => {
  expect(mapArgument(argument, mounts)).toBe(expected);
});
