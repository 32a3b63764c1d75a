import { KnownError, type LogFormat } from '../../../base/index.ts';
import { repositorySettings, type RepositorySettings } from '../../../features/sync/index.ts';
import type { ScanSettings } from '../../../features/image/index.ts';
import { UsageError, type FlagValues } from '../cobra/index.ts';
import { refusedFlags } from './flags.ts';

/** What the command line asks for. */
export interface OperatorOptions {
  readonly logFormat: LogFormat;
  readonly listen: string;
  /** `''`: with the API. */
  readonly listenMetrics: string;
  /** `''`: not served. */
  readonly gatewayListen: string;
  readonly sealListen: string;
  readonly repositories: readonly RepositorySettings[];
  readonly scan: Partial<ScanSettings>;
  readonly insecureRegistries: readonly string[];
  readonly secretName: string;
  readonly dataKey: string;
  readonly bits: number;
  /** Things to say in the log. */
  readonly warnings: readonly string[];
}

/** Reads fluxd's flags. Throws a `UsageError` for a flag whose feature is missing, a `KnownError` for a wrong value. */
export function optionsOf(flags: FlagValues): OperatorOptions {
  refuseMissing(flags);
  const logFormat = flags.string('log-format');
  if (logFormat !== 'fmt' && logFormat !== 'json') {
    throw new KnownError('invalid', `--log-format ${logFormat}: choose fmt or json`);
  }
  const bits = flags.number('ssh-keygen-bits');
  if (bits < 2048 || bits > 16_384) {
    throw new KnownError('invalid', `--ssh-keygen-bits ${bits}: choose from 2048 to 16384`);
  }
  const url = flags.string('git-url');
  return {
    logFormat,
    listen: flags.string('listen'),
    listenMetrics: flags.string('listen-metrics'),
    gatewayListen: flags.string('gateway-listen'),
    sealListen: flags.string('seal-listen'),
    repositories: url === '' ? [] : [repositoryOf(flags, url)],
    scan: scanOf(flags),
    insecureRegistries: flags.list('registry-insecure-host'),
    secretName: flags.string('k8s-secret-name'),
    dataKey: flags.string('k8s-secret-data-key'),
    bits,
    warnings: warningsOf(flags),
  };
}

function refuseMissing(flags: FlagValues): void {
  for (const [name, neutral] of Object.entries(refusedFlags)) {
    if (flags.changed(name) && !neutral.includes(flags.string(name))) {
      throw new UsageError(`--${name} is not supported: Trice does not have this feature yet`);
    }
  }
}

function repositoryOf(flags: FlagValues, url: string): RepositorySettings {
  const paths = flags.list('git-path');
  const absolute = paths.find((path) => path.startsWith('/'));
  if (absolute !== undefined) {
    throw new KnownError(
      'invalid',
      `--git-path ${absolute}: give a path within the repository, without a leading /`,
    );
  }
  const state = flags.string('sync-state');
  if (state !== 'git' && state !== 'secret') {
    throw new KnownError('invalid', `--sync-state ${state}: choose git or secret`);
  }
  const isReadOnly = flags.bool('git-readonly');
  const label = flags.string('git-label');
  const suffix =
    flags.string('git-ci-skip-message') || (flags.bool('git-ci-skip') ? '[ci skip]' : '');
  return repositorySettings({
    url,
    branch: flags.string('git-branch'),
    paths,
    isReadOnly,
    pollIntervalMs: positive(flags, 'git-poll-interval'),
    gitTimeoutMs: positive(flags, 'git-timeout'),
    syncIntervalMs: positive(flags, 'sync-interval'),
    syncTimeoutMs: positive(flags, 'sync-timeout'),
    garbageCollection: garbageCollectionOf(flags),
    state: isReadOnly ? 'secret' : state,
    syncTag: label || flags.string('git-sync-tag'),
    notesRef: label || flags.string('git-notes-ref'),
    user: flags.string('git-user'),
    email: flags.string('git-email'),
    defaultNamespace: flags.string('k8s-default-namespace') || 'default',
    allowNamespaces: [
      ...flags.list('k8s-allow-namespace'),
      ...flags.list('k8s-namespace-whitelist'),
    ],
    isGenerating: flags.bool('manifest-generation'),
    ...(suffix === '' ? {} : { commitSuffix: suffix }),
  });
}

function garbageCollectionOf(flags: FlagValues): RepositorySettings['garbageCollection'] {
  if (flags.bool('sync-garbage-collection-dry')) return 'dry';
  return flags.bool('sync-garbage-collection') ? 'on' : 'off';
}

function positive(flags: FlagValues, name: string): number {
  const ms = flags.number(name);
  if (ms <= 0) throw new KnownError('invalid', `--${name}: must be longer than nothing`);
  return ms;
}

function scanOf(flags: FlagValues): Partial<ScanSettings> {
  const isOldName =
    flags.changed('registry-poll-interval') && !flags.changed('automation-interval');
  return {
    automationIntervalMs: positive(
      flags,
      isOldName ? 'registry-poll-interval' : 'automation-interval',
    ),
    // Nothing is scanned: every name is excluded.
    excludeImages: flags.bool('registry-disable-scanning')
      ? ['*']
      : flags.list('registry-exclude-image'),
    includeImages: flags.list('registry-include-image'),
    useLabels: flags.list('registry-use-labels'),
    burst: Math.max(1, flags.number('registry-burst')),
  };
}

const writingFlags = [
  'git-user',
  'git-email',
  'git-sync-tag',
  'git-ci-skip',
  'git-ci-skip-message',
];

function warningsOf(flags: FlagValues): string[] {
  const label = flags.string('git-label');
  const overridden = ['git-sync-tag', 'git-notes-ref'].filter((name) => flags.changed(name));
  const warnings =
    label === '' ? [] : overridden.map((name) => `--${name} is overridden by --git-label ${label}`);
  if (!flags.bool('git-readonly')) return warnings;
  if (flags.changed('sync-state') && flags.string('sync-state') === 'git') {
    warnings.push('--git-readonly keeps the state in the Secret: --sync-state=git has no effect');
  }
  const idle = writingFlags.filter((name) => flags.changed(name));
  return [...warnings, ...idle.map((name) => `--${name} has no effect with --git-readonly`)];
}
