import { describe, expect, it } from 'vitest';
import { sealSettingsFrom } from './index.ts';

const read = (argv: string, env: Record<string, string> = {}) =>
  sealSettingsFrom({ argv: argv.split(' ').filter(Boolean), env, namespace: 'adm' });

describe('flags of the controller', () => {
  it.each([
    ['', {}],
    ['--key-prefix my-key', { keyPrefix: 'my-key' }],
    ['-key-size=2048', { keySizeBits: 2048 }],
    ['--key-ttl 720h30m', { keyTtlMs: 2_593_800_000 }],
    ['--key-renew-period=0', { keyRenewPeriodMs: 0 }],
    ['--rotate-period 1h', { keyRenewPeriodMs: 3_600_000 }],
    ['--my-cn=me', { commonName: 'me' }],
    ['--key-order-priority SecretCreationTimestamp', { keyOrder: 'SecretCreationTimestamp' }],
    ['--accept-deprecated-v1-data=false', { acceptV1Data: false }],
    ['--all-namespaces=false', { namespaces: ['adm'] }],
    ['--additional-namespaces=a,b,adm', { namespaces: ['adm', 'a', 'b'] }],
    ['--additional-namespaces=a --all-namespaces', { namespaces: ['adm', 'a'] }],
    ['--additional-namespaces=a --all-namespaces=false', { namespaces: ['adm', 'a'] }],
    ['--label-selector app=x', { labelSelector: 'app=x' }],
    ['--rate-limit 5 --rate-limit-burst 7', { rateLimit: 5, rateLimitBurst: 7 }],
    ['--privatekey-annotations a=1,b=2', { keyAnnotations: { a: '1', b: '2' } }],
    ['--privatekey-labels a=1', { keyLabels: { a: '1' } }],
    ['--old-gc-behavior', { deletesSecrets: true }],
    ['--update-status=0', { updatesStatus: false }],
    ['--skip-recreate', { skipsRecreate: true }],
    ['--max-unseal-retries 9', { maxRetries: 9 }],
    ['--watch-for-secrets', {}],
  ])('%s', (argv, settings) => {
    expect(read(argv)).toEqual({ namespace: 'adm', ...settings });
  });

  it('reads a time with its zone', () => {
    const argv = ['--key-cutoff-time', 'Mon, 02 Jan 2023 15:04:05 +0200'];
    const { keyCutoff } = sealSettingsFrom({ argv, env: {}, namespace: 'adm' });
    expect(keyCutoff?.toISOString()).toBe('2023-01-02T13:04:05.000Z');
  });

  it('takes the environment where the command line is silent', () => {
    const env = { SEALED_SECRETS_KEY_SIZE: '2048', SEALED_SECRETS_MY_CN: 'env' };
    expect(read('--my-cn line', env)).toMatchObject({ keySizeBits: 2048, commonName: 'line' });
  });

  it.each([
    ['--nope=1', 'unknown flag: --nope'],
    ['--key-ttl 30d', 'invalid value "30d" for flag -key-ttl'],
    ['--key-size big', 'invalid value "big" for flag -key-size'],
    ['--key-prefix A', 'invalid value "A" for flag -key-prefix'],
    ['--update-status=maybe', 'invalid value "maybe" for flag -update-status'],
    ['--privatekey-labels x', 'invalid value "x" for flag -privatekey-labels'],
    ['--key-cutoff-time 2023-01-02', 'for flag -key-cutoff-time'],
    ['--key-order-priority x', 'CertNotBefore or SecretCreationTimestamp'],
    ['--key-ttl', 'flag needs an argument: --key-ttl'],
    ['stray', 'unexpected argument: stray'],
    ['--listen-addr=:9', '--listen-addr is not supported: where it listens is set'],
    ['--kubeclient-qps 9', '--kubeclient-qps is not supported'],
    ['--log-level DEBUG', '--log-level is not supported'],
    ['--watch-for-secrets=false', '--watch-for-secrets is not supported: new keys are always'],
  ])('refuses %s', (argv, text) => {
    expect(() => read(argv)).toThrow(text);
  });
});
