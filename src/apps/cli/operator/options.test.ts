import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFlags } from '../cobra/index.ts';
import { flags, taken } from './flags.ts';
import { emptyFlags, fluxdFlags, refusedFlags } from './fluxd-flags.ts';
import { flagGroups, helpText, usageOf } from './help-text.ts';
import { optionsOf } from './options.ts';
import { defaultsFrom } from './repository-flags.ts';
import { readRepositoryList } from './repository-list.ts';

const parsed = (argv: readonly string[], env: Record<string, string> = {}) =>
  parseFlags(argv, flags, env).values;
const options = (...argv: string[]) => optionsOf(parsed(argv));

// The flags of fluxd 1.25, of helm-operator 1.4 and of the Sealed Secrets controller, by the reference.
const originals = {
  '': `log-format listen listen-metrics kubernetes-kubectl version git-url git-branch git-path git-readonly
    git-user git-email git-set-author git-label git-sync-tag git-notes-ref git-ci-skip git-ci-skip-message
    git-poll-interval git-timeout git-secret sops git-gpg-key-import git-signing-key git-verify-signatures
    git-verify-signatures-mode sync-interval sync-timeout sync-garbage-collection
    sync-garbage-collection-dry sync-state memcached-hostname memcached-port memcached-timeout
    memcached-service registry-disable-scanning automation-interval registry-poll-interval registry-rps
    registry-burst registry-trace registry-insecure-host registry-exclude-image registry-include-image
    registry-use-labels registry-ecr-region registry-ecr-include-id registry-ecr-exclude-id
    registry-require docker-config k8s-secret-name k8s-secret-volume-mount-path k8s-secret-data-key
    k8s-allow-namespace k8s-namespace-whitelist k8s-default-namespace k8s-unsafe-exclude-resource
    k8s-verbosity ssh-keygen-bits ssh-keygen-type ssh-keygen-format ssh-keygen-dir manifest-generation
    connect token rpc-timeout k8s-in-cluster kube-config registry-cache-expiry`,
  'helm-': `allow-namespace workers tiller-ip tiller-port tiller-namespace tiller-tls-verify
    tiller-tls-enable tiller-tls-key-path tiller-tls-cert-path tiller-tls-ca-cert-path tiller-tls-hostname
    convert-tiller-out-cluster convert-release-storage charts-sync-interval status-update-interval
    log-release-diffs update-chart-deps git-timeout git-poll-interval git-default-ref
    helm-repository-import enabled-helm-versions git-url git-branch git-charts-path`,
  'seal-': `key-prefix key-size key-ttl my-cn key-renew-period rotate-period key-order-priority
    accept-deprecated-v1-data key-cutoff-time all-namespaces additional-namespaces label-selector
    rate-limit rate-limit-burst privatekey-annotations privatekey-labels old-gc-behavior update-status
    watch-for-secrets skip-recreate log-info-stdout max-unseal-retries kubeclient-qps kubeclient-burst
    listen-addr listen-metrics-addr read-timeout write-timeout`,
};

describe('flags of three programs', () => {
  const names = new Set(flags.map(({ name }) => name));

  it.each(Object.entries(originals))('%s: each is there', (prefix, list) => {
    const wanted = list
      .split(/\s+/)
      .map((name) => (name.startsWith(prefix) ? name : `${prefix}${name}`));
    expect(wanted.filter((name) => !names.has(name))).toEqual([]);
    // Without the prefix too, and then it means the same, or it is fluxd's.
    expect(list.split(/\s+/).filter((name) => !names.has(name))).toEqual([]);
  });

  it('the page in the docs has the same flags', () => {
    const page = readFileSync(
      new URL('../../../../docs/reference/operator.md', import.meta.url),
      'utf8',
    );
    for (const [title, group] of flagGroups) {
      const rows = group.map((flag) => `| \`--${flag.name}\` | ${usageOf(flag)} |\n`);
      expect(page).toContain(`### ${title}\n\n| flag | |\n|---|---|\n${rows.join('')}`);
    }
  });

  it('help fits a terminal, and shows every flag that is no relic', () => {
    const text = helpText('About it.');
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const shown = flagGroups.flatMap(([, group]) => group.map(({ name }) => name));
    expect(shown).toEqual(expect.arrayContaining(['git-url', 'workers', 'key-size', 'features']));
    expect(shown.filter((name) => !text.includes(`--${name}`))).toEqual([]);
    expect(shown).not.toContain('helm-workers');
  });

  it('each is declared once, and reads the environment', () => {
    expect(names.size).toBe(flags.length);
    expect(parsed([], { TRICE_OPERATOR_GIT_URL: 'u' }).string('git-url')).toBe('u');
    expect(taken.size).toBeGreaterThan(
      fluxdFlags.length + emptyFlags.length + Object.keys(refusedFlags).length,
    );
  });

  it('the Helm Operator: short where the name is free, long always, long wins', () => {
    expect(options('--workers=7', '--charts-sync-interval', '1m').release.settings).toMatchObject({
      workers: 7,
      chartsSyncIntervalMs: 60_000,
      gitTimeoutMs: 20_000,
    });
    expect(options('--workers=7', '--helm-workers=9').release.settings.workers).toBe(9);
    const { settings } = options('--git-timeout=30s', '--git-poll-interval=5s').release;
    expect([settings.gitTimeoutMs, settings.gitPollIntervalMs]).toEqual([30_000, 5000]);
    const apart = options('--git-timeout=30s', '--helm-git-timeout=2m', '--log-release-diffs');
    expect(apart.release.settings).toMatchObject({ gitTimeoutMs: 120_000, logReleaseDiffs: true });
    expect(apart.repository).toBeUndefined();
    expect(options('--allow-namespace=team').release.namespace).toBe('team');
    expect(() => options('--tiller-ip=1.2.3.4')).toThrow('--tiller-ip cannot be used: Helm 2');
    expect(() => optionsOf(parsed([]), 'v2')).toThrow('Helm 2');
  });

  it('FluxHelmReleases find their charts in the repository that is synced, or in another', () => {
    expect(options().release.chartsRepository).toBeUndefined();
    expect(options('--git-url=a', '--git-branch=dev').release.chartsRepository).toEqual({
      url: 'a',
      branch: 'dev',
      chartsPath: 'charts',
    });
    const other = ['--git-url=a', '--helm-git-url=b', '--git-charts-path=c'];
    expect(options(...other).release.chartsRepository).toEqual({
      url: 'b',
      branch: 'master',
      chartsPath: 'c',
    });
  });

  it('the Sealed Secrets controller: with its environment, in the namespace of its keys', () => {
    expect(options('--key-renew-period=0', '--skip-recreate').seal).toMatchObject({
      namespace: 'kube-system',
      keyRenewPeriodMs: 0,
      skipsRecreate: true,
    });
    const env = { SEALED_SECRETS_KEY_PREFIX: 'mine', SEALED_SECRETS_LISTEN_ADDR: ':1' };
    const { seal, addresses } = optionsOf(parsed(['--seal-namespace=adm'], env));
    expect(seal).toMatchObject({ namespace: 'adm', keyPrefix: 'mine' });
    expect(addresses.seal).toBe(':1');
    expect(options('--listen-addr=:2', '--listen-metrics-addr=:3').addresses).toMatchObject({
      seal: ':2',
      sealMetrics: ':3',
    });
    expect(() => options('--key-size=x')).toThrow('flag -key-size');
    expect(() => options('--kubeclient-qps=9')).toThrow('--kubeclient-qps is not supported');
    expect(() => options('--seal-listen=:1', '--listen-addr=:2')).toThrow('differ');
  });

  it('signing, checking and decrypting', () => {
    const { repository } = options(
      '--git-url=a',
      '--sops',
      '--git-signing-key=/keys/id_ed25519',
      '--git-verify-signatures',
      '--sync-on-drift',
    );
    expect(repository).toMatchObject({
      isDecrypting: true,
      signingKey: '/keys/id_ed25519',
      signingFormat: 'ssh',
      verifySignatures: 'all',
      isSyncingOnDrift: true,
    });
  });

  it('leader election: on unless told otherwise, with times that fit', () => {
    expect(options().election).toEqual({
      name: 'trice-operator',
      leaseMs: 15_000,
      renewDeadlineMs: 10_000,
      retryMs: 2000,
    });
    expect(options('--leader-elect=false').election).toBeUndefined();
    expect(() => options('--leader-elect-lease-duration=5s')).toThrow('must be shorter');
  });

  it('features are chosen by name', () => {
    expect([...options('--features=sync,seal').features]).toEqual(['sync', 'seal']);
    expect(() => options('--features=sink')).toThrow('known are sync, release, seal, function');
  });
});

describe('a list of repositories', () => {
  const read = (text: string, ...argv: string[]) =>
    readRepositoryList(text, 'r.yaml', { defaults: defaultsFrom(parsed(argv)), names: ['main'] });

  it('takes what an entry does not say from the flags that were given', () => {
    const text = `repositories:
- {name: a, url: ssh://git@host/a}
- {name: b, url: https://host/b, branch: main, isReadOnly: false, garbageCollection: 'off'}
`;
    const { repositories, faults } = read(
      text,
      '--git-readonly',
      '--sync-garbage-collection',
      '--git-path=only/of/main',
      '--git-poll-interval=7s',
    );
    expect(faults).toEqual([]);
    expect(repositories).toMatchObject([
      { name: 'a', isReadOnly: true, state: 'secret', garbageCollection: 'on', paths: [] },
      { name: 'b', branch: 'main', isReadOnly: false, garbageCollection: 'off' },
    ]);
    expect(repositories[1]?.pollIntervalMs).toBe(7000);
  });

  it('a bad entry never holds up another', () => {
    const text = `repositories:
- {name: a, url: ssh://git@host/a}
- {name: Bad Name, url: x}
- just text
- {name: c, url: x, colour: red}
- {name: main, url: x}
- {name: a, url: x}
- {name: z, url: ssh://git@host/z}
`;
    const { repositories, faults } = read(text);
    expect(repositories.map(({ name }) => name)).toEqual(['a', 'z']);
    expect(faults).toEqual([
      'r.yaml, entry 2: name has a wrong value "Bad Name"',
      'r.yaml, entry 3: write a map with name and url',
      expect.stringContaining('r.yaml, entry 4: unknown field colour'),
      'r.yaml, entry 5: another repository is named "main"',
      'r.yaml, entry 6: another repository is named "a"',
    ]);
    expect(() => read('repositories: 3')).toThrow('r.yaml: write a list named repositories');
  });
});
