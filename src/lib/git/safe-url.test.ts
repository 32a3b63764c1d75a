import { describe, expect, it } from 'vitest';
import { remoteUrl, safeUrl } from './safe-url.ts';

describe('safeUrl', () => {
  it.each([
    [
      'git@github.com:stefanprodan/openfaas-flux',
      'ssh://git@github.com/stefanprodan/openfaas-flux',
    ],
    ['github.com:a/b.git', 'ssh://github.com/a/b.git'],
    ['git@host:/abs/path', 'ssh://git@host/abs/path'],
    ['ssh://git@github.com/a/b', 'ssh://git@github.com/a/b'],
    ['https://me:swordfish@host/a.git', 'https://me@host/a.git'],
    ['https://0123456789012345678901234567890123456789@host/a.git', 'https://host/a.git'],
    ['http://localhost:3000/a/b.git', 'http://localhost:3000/a/b.git'],
    ['/srv/repo.git', 'file:///srv/repo.git'],
    ['https://me:swordfish@ho st/a', 'https://ho st/a'],
  ])('%s', (url, safe) => {
    expect(safeUrl(url)).toBe(safe);
  });
});

describe('remoteUrl', () => {
  it.each([
    ['--upload-pack=touch x'],
    ['ext::sh -c date'],
    ['-oProxyCommand=date:x'],
    ['git@-oProxyCommand=date:x'],
    ['ssh://-oProxyCommand=date/x'],
    ['ftp://host/x'],
    ['http://host/\nx'],
    [''],
  ])('refuses %j', (url) => {
    expect(() => remoteUrl(url)).toThrow(/is not one of https/);
  });

  it('takes a login out of an http URL', () => {
    const { url, login } = remoteUrl('https://me:sword%2Ffish@host/a.git');
    expect(url).toBe('https://host/a.git');
    expect([login?.username, login?.password.reveal()]).toEqual(['me', 'sword/fish']);
    expect(remoteUrl('git@host:a/b').login).toBeUndefined();
  });
});
