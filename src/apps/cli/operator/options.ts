import { KnownError, type LogFormat, type LogLevel } from '../../../base/index.ts';
import type { ScanSettings } from '../../../features/image/index.ts';
import type { RepositorySettings } from '../../../features/sync/index.ts';
import { featureNames, type FeatureName } from '../../operator/index.ts';
import type { defaultLeaseTimes } from '../../../lib/controller/index.ts';
import { UsageError, type FlagValues } from '../cobra/index.ts';
import { taken } from './flags.ts';
import { refusedFlags } from './fluxd-flags.ts';
import { releaseOptionsOf, type ReleaseOptions } from './helm-flags.ts';
import { positive, repositoryFrom } from './repository-flags.ts';
import { sealOptionsOf, type SealOptions } from './seal-flags.ts';

/** Where the operator listens; `''`: not, or together with the API. */
export interface Addresses {
  readonly api: string;
  readonly metrics: string;
  readonly gateway: string;
  readonly seal: string;
  readonly sealMetrics: string;
  readonly receiver: string;
}

/** What the command line asks for. */
export interface OperatorOptions {
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
  readonly addresses: Addresses;
  readonly features: ReadonlySet<FeatureName>;
  /** The repository of `--git-url`. */
  readonly repository?: RepositorySettings;
  readonly scan: Partial<ScanSettings>;
  readonly insecureRegistries: readonly string[];
  readonly secretName: string;
  readonly dataKey: string;
  readonly bits: number;
  readonly release: ReleaseOptions;
  readonly seal: SealOptions['settings'];
  /** Undefined: works without asking who else does. */
  readonly election?: typeof defaultLeaseTimes & { readonly name: string };
  /** Things to say in the log. */
  readonly warnings: readonly string[];
}

/**
 * Reads the flags. Throws a `UsageError` for a flag whose feature is missing, a `KnownError` for a
 * wrong value. `helmVersion` is HELM_VERSION.
 */
export function optionsOf(flags: FlagValues, helmVersion: string = ''): OperatorOptions {
  refuseMissing(flags);
  const bits = flags.number('ssh-keygen-bits');
  if (bits < 2048 || bits > 16_384) {
    throw new KnownError('invalid', `--ssh-keygen-bits ${bits}: choose from 2048 to 16384`);
  }
  const repository = repositoryFrom(flags);
  const seal = sealOptionsOf(flags, taken);
  const election = electionOf(flags);
  const features = featuresOf(flags);
  return {
    logFormat: oneOf(flags, 'log-format', ['fmt', 'json']),
    logLevel: oneOf(flags, 'log-level', ['debug', 'info', 'warn', 'error']),
    addresses: addressesOf(flags, seal, features),
    features,
    scan: scanOf(flags),
    insecureRegistries: flags.list('registry-insecure-host'),
    secretName: flags.string('k8s-secret-name'),
    dataKey: flags.string('k8s-secret-data-key'),
    bits,
    release: releaseOptionsOf(flags, taken, {
      helmVersion,
      ...(repository === undefined ? {} : { first: repository }),
    }),
    seal: seal.settings,
    warnings: warningsOf(flags),
    ...(repository === undefined ? {} : { repository }),
    ...(election === undefined ? {} : { election }),
  };
}

function refuseMissing(flags: FlagValues): void {
  for (const [name, neutral] of Object.entries(refusedFlags)) {
    if (flags.changed(name) && !neutral.includes(flags.string(name))) {
      throw new UsageError(`--${name} is not supported: Trice does not have this feature yet`);
    }
  }
}

function oneOf<T extends string>(flags: FlagValues, name: string, known: readonly T[]): T {
  const given = flags.string(name).toLowerCase();
  const found = known.find((each) => each === given);
  if (found !== undefined) return found;
  throw new KnownError('invalid', `--${name} ${given}: choose ${known.join(' or ')}`);
}

function addressesOf(
  flags: FlagValues,
  seal: SealOptions,
  features: ReadonlySet<FeatureName>,
): Addresses {
  const when = (isServed: boolean, address: string): string => (isServed ? address : '');
  const isSealing = features.has('seal');
  return {
    api: flags.string('listen'),
    metrics: flags.string('listen-metrics'),
    gateway: when(features.has('function'), flags.string('gateway-listen')),
    seal: when(isSealing, seal.listen ?? flags.string('seal-listen')),
    sealMetrics: when(isSealing, seal.listenMetrics),
    receiver: when(flags.string('receiver-config') !== '', flags.string('receiver-listen')),
  };
}

function featuresOf(flags: FlagValues): ReadonlySet<FeatureName> {
  const given = flags.list('features');
  const unknown = given.find((name) => !featureNames.includes(name as FeatureName));
  if (unknown !== undefined) {
    throw new KnownError('invalid', `--features ${unknown}: known are ${featureNames.join(', ')}`);
  }
  return new Set(given as FeatureName[]);
}

function electionOf(flags: FlagValues): OperatorOptions['election'] {
  if (!flags.bool('leader-elect')) return undefined;
  const leaseMs = positive(flags, 'leader-elect-lease-duration');
  const renewDeadlineMs = positive(flags, 'leader-elect-renew-deadline');
  const retryMs = positive(flags, 'leader-elect-retry-period');
  if (!(retryMs < renewDeadlineMs && renewDeadlineMs < leaseMs)) {
    throw new KnownError(
      'invalid',
      '--leader-elect-*: the retry period must be shorter than the renew deadline, and that shorter than the lease',
    );
  }
  return { leaseMs, renewDeadlineMs, retryMs, name: flags.string('leader-elect-resource-name') };
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
