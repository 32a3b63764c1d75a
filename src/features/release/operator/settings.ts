import { KnownError } from '../../../base/index.ts';
import type { ChartsRepository, DriftPolicy } from '../../../api/helm-release/index.ts';
import { defaultSettings } from '../ports.ts';
import type { ReleaseSettings } from '../ports.ts';

/** What helm-operator's command line says. */
export interface OperatorOptions {
  readonly settings: ReleaseSettings;
  /** `--allow-namespace`. */
  readonly namespace?: string;
  /** `--git-url`, `--git-branch`, `--git-charts-path`: where FluxHelmReleases find their charts. */
  readonly chartsRepository?: ChartsRepository;
  /** `--listen`: `host:port`; an empty host is every address. */
  readonly listen: string;
  readonly logFormat: 'fmt' | 'json';
  readonly kubeconfig?: string;
  readonly master?: string;
  /** `--version`: print it and leave. */
  readonly isVersion: boolean;
}

type Type = 'text' | 'flag' | 'count' | 'duration';

interface Flag {
  readonly type: Type;
  readonly initial: string;
  readonly usage: string;
  /** Why it cannot be used here: it is refused by name. */
  readonly refused?: string;
}

const helm2 = 'Helm 2 and Tiller are not supported: convert the releases to Helm 3 first';

function flag(type: Type, initial: string, usage: string): Flag {
  return { type, initial, usage };
}

function refused(type: Type, initial: string, why: string): Flag {
  return { type, initial, usage: `Refused: ${why}`, refused: why };
}

/** helm-operator's flags with their defaults, those of 0.4.0 that FluxHelmRelease needs, and ours. */
export const operatorFlags: Readonly<Record<string, Flag>> = {
  version: flag('flag', 'false', 'Print version and exit.'),
  'log-format': flag('text', 'fmt', 'Format of log lines: fmt or json.'),
  kubeconfig: flag('text', '', 'Path to a kubeconfig, outside of a cluster.'),
  master: flag('text', '', 'URL of the API server; overrides the one in kubeconfig.'),
  'allow-namespace': flag('text', '', 'Look after the HelmReleases of this namespace only.'),
  workers: flag('count', '2', 'How many releases are worked on side by side.'),
  listen: flag('text', ':3030', 'Address of /healthz, /metrics and the API.'),
  'charts-sync-interval': flag('duration', '3m', 'How often a release is looked at.'),
  'status-update-interval': flag(
    'duration',
    '10s',
    'How old the status of a release may be. It is written at once when the release changes.',
  ),
  'log-release-diffs': flag('flag', 'false', 'Log what an upgrade changes: paths, never values.'),
  'update-chart-deps': flag('flag', 'true', 'Fetch dependencies that a git chart does not carry.'),
  'git-timeout': flag('duration', '20s', 'Limit of one git operation.'),
  'git-poll-interval': flag('duration', '5m', 'How often chart repositories are asked.'),
  'git-default-ref': flag('text', 'master', 'Ref of charts that name none.'),
  'enabled-helm-versions': flag('text', 'v3', 'Only v3 is supported.'),
  'git-url': flag('text', '', 'Repository with the charts of FluxHelmReleases.'),
  'git-branch': flag('text', 'master', 'Its branch.'),
  'git-charts-path': flag('text', 'charts', 'Folder of the charts in it.'),
  'release-drift': flag('text', 'report', 'What is done about drift: report, repair or ignore.'),
  'helm-repository-import': flag(
    'text',
    '',
    'Files with credentials of chart repositories, each as v3:PATH, divided by commas.',
  ),
  'tiller-ip': refused('text', '', helm2),
  'tiller-port': refused('text', '', helm2),
  'tiller-namespace': refused('text', 'kube-system', helm2),
  'tiller-tls-verify': refused('flag', 'false', helm2),
  'tiller-tls-enable': refused('flag', 'false', helm2),
  'tiller-tls-key-path': refused('text', '/etc/fluxd/helm/tls.key', helm2),
  'tiller-tls-cert-path': refused('text', '/etc/fluxd/helm/tls.crt', helm2),
  'tiller-tls-ca-cert-path': refused('text', '', helm2),
  'tiller-tls-hostname': refused('text', '', helm2),
  'convert-tiller-out-cluster': refused('flag', 'false', helm2),
  'convert-release-storage': refused('text', 'secrets', helm2),
};

const shorthands: Readonly<Record<string, string>> = { l: 'listen' };

/**
 * Reads helm-operator's command line. `helmVersion` is the environment's HELM_VERSION, used when the
 * flag is not given. Throws `KnownError('invalid')` on a flag that does not exist or a value that does
 * not fit, `unsupported` on one that is refused here.
 */
export function parseOperatorFlags(
  argv: readonly string[],
  helmVersion: string = '',
): OperatorOptions {
  const given = readFlags(argv);
  const text = (name: string): string => given.get(name) ?? operatorFlags[name]?.initial ?? '';
  checkVersions(given.get('enabled-helm-versions') ?? helmVersion);
  const filled = <K extends string>(key: K, name: string): Partial<Record<K, string>> =>
    text(name) === '' ? {} : ({ [key]: text(name) } as Record<K, string>);
  const repository = {
    url: text('git-url'),
    branch: text('git-branch'),
    chartsPath: text('git-charts-path'),
  };
  durationOf('status-update-interval', text('status-update-interval'));
  return {
    settings: {
      ...defaultSettings,
      workers: countOf('workers', text('workers')),
      chartsSyncIntervalMs: durationOf('charts-sync-interval', text('charts-sync-interval')),
      gitTimeoutMs: durationOf('git-timeout', text('git-timeout')),
      gitPollIntervalMs: durationOf('git-poll-interval', text('git-poll-interval')),
      gitDefaultRef: text('git-default-ref'),
      updateChartDeps: flagOf('update-chart-deps', text('update-chart-deps')),
      logReleaseDiffs: flagOf('log-release-diffs', text('log-release-diffs')),
      driftPolicy: policyOf(text('release-drift')),
      repositoryFiles: filesOf(text('helm-repository-import')),
    },
    listen: text('listen'),
    // An unknown format is fmt, as in the original.
    logFormat: text('log-format') === 'json' ? 'json' : 'fmt',
    isVersion: flagOf('version', text('version')),
    ...filled('namespace', 'allow-namespace'),
    ...filled('kubeconfig', 'kubeconfig'),
    ...filled('master', 'master'),
    ...(repository.url === '' ? {} : { chartsRepository: repository }),
  };
}

function readFlags(argv: readonly string[]): Map<string, string> {
  const given = new Map<string, string>();
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, dashes, name, value] = /^(--?)([^=]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (dashes === undefined || name === undefined) {
      throw new KnownError('invalid', `unexpected argument ${word}`);
    }
    const flag = flagCalled(dashes, name);
    const said = value ?? (flag.type === 'flag' ? 'true' : rest.shift());
    if (said === undefined) {
      throw new KnownError('invalid', `flag needs an argument: --${flag.name}`);
    }
    given.set(flag.name, said);
  }
  return given;
}

function flagCalled(dashes: string, word: string): Flag & { readonly name: string } {
  const name = dashes === '-' ? shorthands[word] : word;
  const known =
    name !== undefined && Object.hasOwn(operatorFlags, name) ? operatorFlags[name] : undefined;
  if (name === undefined || known === undefined) {
    throw new KnownError('invalid', `unknown flag: ${dashes}${word}`);
  }
  if (known.refused !== undefined) {
    throw new KnownError('unsupported', `flag --${name} cannot be used: ${known.refused}`);
  }
  return { ...known, name };
}

function checkVersions(text: string): void {
  const versions = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  if (versions.length === 0 || versions.includes('v3')) return;
  throw new KnownError('unsupported', `--enabled-helm-versions ${text}: ${helm2}`);
}

/** `version:path` each; those for Helm 2 serve nobody here. */
function filesOf(text: string): string[] {
  const entries = text.split(',').filter((each) => each !== '');
  return entries.flatMap((entry) => {
    const [, version = '', path = ''] = /^([^:]*):(.+)$/.exec(entry) ?? [];
    if (path === '') throw wrong('helm-repository-import', entry, 'version:path, such as v3:/file');
    return version === 'v3' ? [path] : [];
  });
}

function countOf(name: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw wrong(name, text, 'a number from 1 to 9999');
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration as Go writes it, e.g. `1h30m` or `2.5s`, in milliseconds. */
function durationOf(name: string, text: string): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) throw wrong(name, text, 'a duration such as 3m');
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g);
  return [...parts].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0),
    0,
  );
}

function flagOf(name: string, text: string): boolean {
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw wrong(name, text, 'true or false');
}

function policyOf(text: string): DriftPolicy {
  if (text === 'report' || text === 'repair' || text === 'ignore') return text;
  throw wrong('release-drift', text, 'report, repair or ignore');
}

function wrong(name: string, text: string, wanted: string): KnownError {
  return new KnownError(
    'invalid',
    `invalid argument ${JSON.stringify(text)} for --${name}: it takes ${wanted}`,
  );
}
