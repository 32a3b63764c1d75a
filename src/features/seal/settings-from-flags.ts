import { KnownError } from '../../base/index.ts';
import type { SealSettings } from './settings.ts';

type Change = (value: string, name: string, own: string) => Partial<SealSettings>;

const hourMs = 3_600_000;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: hourMs };

function fail(name: string, value: string, wanted: string): never {
  throw new KnownError(
    'invalid',
    `invalid value ${JSON.stringify(value)} for flag -${name}: ${wanted}`,
  );
}

function yes(value: string, name: string): boolean {
  if (/^(1|t|true)$/i.test(value)) return true;
  if (/^(0|f|false)$/i.test(value)) return false;
  return fail(name, value, 'true or false is needed');
}

function whole(value: string, name: string): number {
  return /^\d{1,9}$/.test(value) ? Number(value) : fail(name, value, 'a whole number is needed');
}

/** Go's text form, in milliseconds; there are no days in it. */
function duration(value: string, name: string): number {
  if (value === '0') return 0;
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (value === '' || parts.map(([whole]) => whole).join('') !== value) {
    return fail(name, value, 'a duration like 720h30m is needed');
  }
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0), 0);
}

function pairs(value: string, name: string): Record<string, string> {
  const items = value.split(',').filter(Boolean);
  return Object.fromEntries(
    items.map((item) => {
      const equals = item.indexOf('=');
      if (equals <= 0) return fail(name, value, 'key=value,key=value is needed');
      return [item.slice(0, equals).trim(), item.slice(equals + 1).trim()];
    }),
  );
}

function moment(value: string, name: string): Date | undefined {
  if (value === '') return undefined;
  // RFC 1123 with a numeric zone, as `date -R` prints it.
  const isForm = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/.test(
    value,
  );
  return isForm ? new Date(value) : fail(name, value, 'a time as `date -R` prints it is needed');
}

const renewal: Change = (value, name) => ({ keyRenewPeriodMs: duration(value, name) });

const flags: Readonly<Record<string, Change>> = {
  'key-prefix': (keyPrefix, name) =>
    /^[a-z0-9-]{1,245}$/.test(keyPrefix)
      ? { keyPrefix }
      : fail(name, keyPrefix, 'a-z, 0-9 and -, at most 245'),
  'key-size': (value, name) => ({ keySizeBits: whole(value, name) }),
  'key-ttl': (value, name) => ({ keyTtlMs: duration(value, name) }),
  'my-cn': (commonName) => ({ commonName }),
  'key-renew-period': renewal,
  'rotate-period': renewal,
  'key-order-priority': (value, name) =>
    value === 'CertNotBefore' || value === 'SecretCreationTimestamp'
      ? { keyOrder: value }
      : fail(name, value, 'CertNotBefore or SecretCreationTimestamp is needed'),
  'accept-deprecated-v1-data': (value, name) => ({ acceptV1Data: yes(value, name) }),
  'key-cutoff-time': (value, name) => ({ keyCutoff: moment(value, name) }),
  'all-namespaces': (value, name, own) => (yes(value, name) ? {} : { namespaces: [own] }),
  'additional-namespaces': (value, _name, own) => {
    const more = value
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean);
    return more.length === 0 ? {} : { namespaces: [...new Set([own, ...more])] };
  },
  'label-selector': (labelSelector) => ({ labelSelector }),
  'rate-limit': (value, name) => ({ rateLimit: whole(value, name) }),
  'rate-limit-burst': (value, name) => ({ rateLimitBurst: whole(value, name) }),
  'privatekey-annotations': (value, name) => ({ keyAnnotations: pairs(value, name) }),
  'privatekey-labels': (value, name) => ({ keyLabels: pairs(value, name) }),
  'old-gc-behavior': (value, name) => ({ deletesSecrets: yes(value, name) }),
  'update-status': (value, name) => ({ updatesStatus: yes(value, name) }),
  'skip-recreate': (value, name) => ({ skipsRecreate: yes(value, name) }),
  'max-unseal-retries': (value, name) => ({ maxRetries: whole(value, name) }),
  'watch-for-secrets': (value, name) =>
    yes(value, name) ? {} : refuse(name, 'new keys are always taken at once'),
};

const listens = 'where it listens is set where the operator is started';
const logs = 'the log is set where the operator is started';
const client = 'the connection to the cluster is set where the operator is started';
const refused: Readonly<Record<string, string>> = {
  'listen-addr': listens,
  'listen-metrics-addr': 'metrics are served at /metrics beside the other endpoints',
  'read-timeout': listens,
  'write-timeout': listens,
  'log-info-stdout': logs,
  'log-level': logs,
  'log-format': logs,
  'kubeclient-qps': client,
  'kubeclient-burst': client,
};

function refuse(name: string, why: string): never {
  throw new KnownError('unsupported', `flag --${name} is not supported: ${why}`);
}

/** What one call of the controller was given. */
export interface SealFlags {
  /** `--flag=value`, `--flag value`; a boolean may stand alone. One dash is as good as two. */
  readonly argv: readonly string[];
  /** `SEALED_SECRETS_<FLAG>` for what the command line does not say. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The controller's own namespace. */
  readonly namespace: string;
}

const booleans = [
  'accept-deprecated-v1-data',
  'all-namespaces',
  'old-gc-behavior',
  'update-status',
  'skip-recreate',
  'watch-for-secrets',
];

/**
 * The settings that the original controller's flags ask for, to lay over the defaults.
 * @throws {KnownError} `invalid` for a flag that does not exist or a value that makes no sense,
 *   `unsupported` for a flag that is decided elsewhere here; the text names it.
 */
export function sealSettingsFrom({ argv, env, namespace }: SealFlags): Partial<SealSettings> {
  const given = new Map<string, string>();
  for (const name of [...Object.keys(flags), ...Object.keys(refused)]) {
    const value = env[`SEALED_SECRETS_${name.toUpperCase().replaceAll('-', '_')}`];
    if (value !== undefined) given.set(name, value);
  }
  for (const [name, value] of pairsOf(argv)) given.set(name, value);
  let settings: Partial<SealSettings> = { namespace };
  for (const [name, value] of given) {
    if (refused[name] !== undefined) refuse(name, refused[name]);
    const change = flags[name];
    if (change === undefined) throw new KnownError('invalid', `unknown flag: --${name}`);
    settings = { ...settings, ...change(value, name, namespace) };
  }
  // The list of namespaces holds over `--all-namespaces`, whichever came last.
  const listed = given.get('additional-namespaces');
  return listed
    ? { ...settings, ...flags['additional-namespaces']!(listed, '', namespace) }
    : settings;
}

function pairsOf(argv: readonly string[]): Array<readonly [string, string]> {
  const found: Array<readonly [string, string]> = [];
  for (let at = 0; at < argv.length; at += 1) {
    const [, name = '', value] = /^--?([^=]+)(?:=([\s\S]*))?$/.exec(argv[at]!) ?? [];
    if (name === '') throw new KnownError('invalid', `unexpected argument: ${argv[at]}`);
    if (value !== undefined) found.push([name, value]);
    else if (booleans.includes(name)) found.push([name, 'true']);
    else {
      at += 1;
      if (argv[at] === undefined)
        throw new KnownError('invalid', `flag needs an argument: --${name}`);
      found.push([name, argv[at]!]);
    }
  }
  return found;
}
