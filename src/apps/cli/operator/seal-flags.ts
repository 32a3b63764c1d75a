import { KnownError } from '../../../base/index.ts';
import { sealSettingsFrom } from '../../../features/seal/index.ts';
import type { SealSettings } from '../../../features/seal/index.ts';
import type { Flag, FlagValues } from '../cobra/index.ts';
import { borrowedFlags, givenOf, type BorrowedFlag } from './borrowed-flags.ts';

const value = (name: string, initial: string, usage: string): BorrowedFlag => ({
  name,
  initial,
  usage,
  isYesOrNo: false,
});
const yes = (name: string, initial: string, usage: string): BorrowedFlag => ({
  ...value(name, initial, usage),
  isYesOrNo: true,
});

/** The Sealed Secrets controller's flags. */
const sealFlagList: readonly BorrowedFlag[] = [
  value('key-prefix', 'sealed-secrets-key', 'how the names of key Secrets begin'),
  value('key-size', '4096', 'length of new keys'),
  value('key-ttl', '87600h', 'how long new certificates are valid'),
  value('my-cn', '', 'common name in new certificates'),
  value('key-renew-period', '720h', 'how often a new key is made; 0: never'),
  { ...value('rotate-period', '', 'use --key-renew-period'), isHidden: true },
  value('key-order-priority', 'CertNotBefore', 'or SecretCreationTimestamp'),
  yes('accept-deprecated-v1-data', 'true', 'open values of the first format'),
  value('key-cutoff-time', '', 'a key older than this is replaced at the start'),
  yes('all-namespaces', 'true', 'look after every namespace'),
  value('additional-namespaces', '', 'only its own and these namespaces'),
  value('label-selector', '', 'only what this selects'),
  value('rate-limit', '2', 'requests per second of /v1/verify, per caller'),
  value('rate-limit-burst', '2', 'requests of /v1/verify at once'),
  value('privatekey-annotations', '', 'annotations of new key Secrets'),
  value('privatekey-labels', '', 'labels of new key Secrets'),
  yes('old-gc-behavior', 'false', 'delete Secrets ourselves'),
  yes('update-status', 'true', 'write the status of sealed secrets'),
  yes('watch-for-secrets', 'true', 'new keys are taken at once; it cannot be off'),
  yes('skip-recreate', 'false', 'do not bring deleted Secrets back'),
  value('max-unseal-retries', '5', 'how often an unsealing is tried again'),
  value('listen-addr', ':8081', 'as --seal-listen'),
  value('listen-metrics-addr', '', 'address of its /metrics alone'),
  ...['read-timeout', 'write-timeout', 'log-info-stdout', 'kubeclient-qps', 'kubeclient-burst'].map(
    (name) => ({ ...value(name, '', ''), isYesOrNo: name === 'log-info-stdout', isHidden: true }),
  ),
];
const names = sealFlagList.map(({ name }) => name);
/** Decided by the program, not by the controller. */
const ofTheProgram = ['listen-addr', 'listen-metrics-addr'];

/**
 * They exist as `--seal-NAME`, and as `--NAME` unless the name is taken; from the environment as the
 * original reads them, `SEALED_SECRETS_NAME`.
 */
export function sealFlags(taken: ReadonlySet<string>): Flag[] {
  return borrowedFlags('seal', sealFlagList, taken).map((flag) => {
    const bare = flag.name.replace(/^seal-/, '');
    const isShortest = flag.name === bare || taken.has(bare);
    const env = `SEALED_SECRETS_${bare.toUpperCase().replaceAll('-', '_')}`;
    return isShortest ? { ...flag, env } : flag;
  });
}

/** What the controller's flags say. */
export interface SealOptions {
  readonly settings: Partial<SealSettings>;
  /** `''`: with the API. */
  readonly listenMetrics: string;
  /** `--listen-addr`, when it was given. */
  readonly listen?: string;
}

/** Reads them. Throws what `sealSettingsFrom` throws. */
export function sealOptionsOf(flags: FlagValues, taken: ReadonlySet<string>): SealOptions {
  const given = givenOf(flags, { prefix: 'seal', names, taken });
  const listen = given.get('listen-addr');
  if (
    listen !== undefined &&
    flags.changed('seal-listen') &&
    flags.string('seal-listen') !== listen
  )
    throw new KnownError('invalid', '--listen-addr and --seal-listen differ: give one of them');
  const listenMetrics = given.get('listen-metrics-addr') ?? '';
  const argv = [...given]
    .filter(([name]) => !ofTheProgram.includes(name))
    .map(([name, text]) => `--${name}=${text}`);
  const namespace = flags.string('seal-namespace');
  return {
    settings: sealSettingsFrom({ argv, env: {}, namespace }),
    listenMetrics,
    ...(listen === undefined ? {} : { listen }),
  };
}
