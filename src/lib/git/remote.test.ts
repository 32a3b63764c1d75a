import { describe, expect, it } from 'vitest';
import { hide } from '../../base/index.ts';
import { remoteEnv } from './remote-env.ts';
import { remoteError } from './remote-error.ts';
import { remoteUrl } from './safe-url.ts';

describe('remoteError', () => {
  it.each([
    [
      "fatal: unable to access 'https://nope/': Could not resolve host: nope",
      'unreachable',
      'cannot be resolved',
    ],
    [
      'ssh: Could not resolve hostname nope: Name or service not known',
      'unreachable',
      'cannot be resolved',
    ],
    [
      "fatal: unable to access 'x': Failed to connect to host port 443: Connection refused",
      'unreachable',
      'cannot be reached',
    ],
    ['ssh: connect to host h port 22: Connection timed out', 'unreachable', 'cannot be reached'],
    ['error: The requested URL returned error: 503', 'unreachable', 'cannot be reached'],
    ["fatal: Authentication failed for 'https://u:swordfish@h/x/'", 'denied', 'credentials'],
    [
      "fatal: could not read Username for 'https://h': terminal prompts disabled",
      'denied',
      'credentials',
    ],
    [
      'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.',
      'denied',
      'credentials',
    ],
    [
      'Host key verification failed.\nfatal: Could not read from remote repository.',
      'denied',
      'known_hosts',
    ],
    [
      'ERROR: Repository not found.\nfatal: Could not read from remote repository.',
      'not-found',
      'no such repository',
    ],
    ["fatal: repository 'https://h/x/' not found", 'not-found', 'no such repository'],
    ["fatal: '/x' does not appear to be a git repository", 'not-found', 'no such repository'],
    ['error: something new', 'failed', 'something new'],
    ['', 'failed', 'no reason given'],
  ])('%s', (stderr, code, text) => {
    const error = remoteError('fetch', 'https://h/x', stderr);
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(`git fetch https://h/x: `);
    expect(error.message).toContain(text);
    expect(error.message).not.toContain('swordfish');
  });
});

describe('remoteEnv', () => {
  const credentials = () => Promise.resolve({ username: 'u', password: hide('p') });

  it('gives the login to the one server, as a header', async () => {
    const env = await remoteEnv(remoteUrl('https://host:8443/a/b.git'), { credentials });
    expect(env['GIT_CONFIG_KEY_0']).toBe('http.https://host:8443/.extraHeader');
    expect(env['GIT_CONFIG_VALUE_0']).toBe(`Authorization: Basic ${btoa('u:p')}`);
  });

  it('prefers the login in the URL', async () => {
    const env = await remoteEnv(remoteUrl('https://me:own@host/a'), { credentials });
    expect(env['GIT_CONFIG_VALUE_0']).toBe(`Authorization: Basic ${btoa('me:own')}`);
  });

  it.each([['git@host:a/b'], ['ssh://git@host/a'], ['/srv/a.git'], ['file:///srv/a.git']])(
    'sends no login to %s',
    async (url) => {
      const env = await remoteEnv(remoteUrl(url), { credentials });
      expect(env['GIT_CONFIG_COUNT']).toBeUndefined();
    },
  );

  it('checks host keys, and quotes file names for the shell that git starts', async () => {
    const ssh = { keyFile: "/k/it's $(x)", knownHostsFile: '/k/known hosts' };
    const { GIT_SSH_COMMAND: command } = await remoteEnv(remoteUrl('git@host:a/b'), { ssh });
    expect(command).toBe(
      `ssh -F /dev/null -i '/k/it'\\''s $(x)' -o 'UserKnownHostsFile="/k/known hosts"' ` +
        '-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10 ' +
        '-o IdentitiesOnly=yes -o GlobalKnownHostsFile=/dev/null',
    );
  });
});
