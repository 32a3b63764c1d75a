import type { ChartsRepository } from '../../../api/helm-release/index.ts';
import { operatorFlags, parseOperatorFlags } from '../../../features/release/index.ts';
import type { ReleaseSettings } from '../../../features/release/index.ts';
import type { Flag, FlagValues } from '../cobra/index.ts';
import { borrowedFlags, givenOf } from './borrowed-flags.ts';

/** They steer the whole program and exist once. */
const ofTheProgram = ['version', 'log-format', 'kubeconfig', 'master', 'listen'];
/** Read from fluxd's flag of the same name where ours is absent: both fetch with the same care. */
const sharedWithFluxd = ['git-timeout', 'git-poll-interval'];

const names = Object.keys(operatorFlags).filter((name) => !ofTheProgram.includes(name));

/** The Helm Operator's flags: each as `--helm-NAME`, and as `--NAME` unless fluxd or we have that name. */
export function helmFlags(taken: ReadonlySet<string>): Flag[] {
  return borrowedFlags(
    'helm',
    names.map((name) => {
      const { type, initial, usage, refused } = operatorFlags[name]!;
      const isRefused = refused !== undefined;
      const text = usage.charAt(0).toLowerCase() + usage.slice(1).replace(/\.$/, '');
      return { name, isYesOrNo: type === 'flag', initial, usage: text, isHidden: isRefused };
    }),
    taken,
  );
}

/** What the Helm Operator's flags say. */
export interface ReleaseOptions {
  readonly settings: ReleaseSettings;
  /** `--allow-namespace` */
  readonly namespace?: string;
  readonly chartsRepository?: ChartsRepository;
}

/**
 * Reads them. FluxHelmReleases find their charts in `--helm-git-url`, else in `first`, the repository
 * that is synced. Throws what `parseOperatorFlags` throws.
 */
export function releaseOptionsOf(
  flags: FlagValues,
  taken: ReadonlySet<string>,
  from: { readonly helmVersion?: string; readonly first?: { url: string; branch: string } },
): ReleaseOptions {
  const given = givenOf(flags, { prefix: 'helm', names, taken });
  for (const name of sharedWithFluxd) {
    if (given.has(name) || !flags.changed(name)) continue;
    given.set(name, `${flags.number(name)}ms`);
  }
  if (!given.has('git-url') && from.first !== undefined) {
    given.set('git-url', from.first.url);
    if (!given.has('git-branch')) given.set('git-branch', from.first.branch);
  }
  const argv = [...given].map(([name, value]) => `--${name}=${value}`);
  const { settings, namespace, chartsRepository } = parseOperatorFlags(argv, from.helmVersion);
  return {
    settings,
    ...(namespace === undefined ? {} : { namespace }),
    ...(chartsRepository === undefined ? {} : { chartsRepository }),
  };
}
