import { KnownError } from '../../../base/index.ts';
import { idText, parseResourceIdIn } from '../../../lib/manifest/index.ts';
import type { Call, Command, FlagValues } from '../cobra/index.ts';
import type { CliIo } from '../io.ts';
import { awaitJob } from './await.ts';
import { causeFlags, causeOf, verboseFlag } from './cause.ts';
import { connectFlux } from './flux-client.ts';
import { namespaceFlag, namespaceOf, noArguments } from './flags.ts';
import { followJob, type JobResult } from './job-output.ts';
import { chooseUpdates } from './release-menu.ts';
import { watchRollout } from './watch-rollout.ts';

const all = '<all>';
const allLatest = '<all latest>';

/** `fluxctl release`: give workloads another image, by a commit. */
export const release: Command = {
  use: 'release',
  short: 'Release a new version of a workload.',
  example: `  fluxctl release -n default --workload=deployment/foo --update-image=library/hello:v2
  fluxctl release --all --update-image=library/hello:v2
  fluxctl release --workload=default:deployment/foo --update-all-images`,
  args: noArguments,
  flags: [
    { ...namespaceFlag, usage: 'Workload namespace' },
    {
      name: 'workload',
      type: 'stringSlice',
      usage: 'List of workloads to release <namespace>:<kind>/<name>',
    },
    {
      name: 'controller',
      shorthand: 'c',
      type: 'stringSlice',
      usage: 'List of controllers to release <namespace>:<kind>/<name>',
      deprecated: 'changed to --workload, use that instead',
    },
    { name: 'all', type: 'bool', usage: 'Release all workloads' },
    {
      name: 'update-image',
      shorthand: 'i',
      type: 'string',
      usage: 'Update a specific image',
    },
    {
      name: 'update-all-images',
      type: 'bool',
      usage: 'Update all images to latest versions',
    },
    {
      name: 'exclude',
      type: 'stringSlice',
      usage: 'List of workloads to exclude',
    },
    {
      name: 'dry-run',
      type: 'bool',
      usage: 'Do not release anything; just report back what would have been done',
    },
    {
      name: 'interactive',
      type: 'bool',
      usage: 'Select interactively which containers to update',
    },
    {
      name: 'force',
      shorthand: 'f',
      type: 'bool',
      usage:
        'Disregard locks and container image filters (has no effect when used with --all or --update-all-images)',
    },
    {
      name: 'watch',
      shorthand: 'w',
      type: 'bool',
      usage: 'Watch rollout progress during release',
    },
    ...causeFlags,
    verboseFlag,
  ],
  run: releaseNow,
};

async function releaseNow({ flags, io }: Call): Promise<void> {
  refuseContradictions(flags);
  if (flags.bool('force') && (flags.bool('all') || flags.bool('update-all-images'))) {
    const named = flags.bool('all') ? '--all' : '--update-all-images';
    io.stderr.write(`Warning: --force will not ${forceless(named)} when used with ${named}\n`);
  }
  const spec = await specOf(flags, io);
  const isDry = spec.Kind === 'plan';
  const client = await connectFlux(flags, io);
  io.stderr.write(isDry ? 'Submitting dry-run release ...\n' : 'Submitting release ...\n');
  const cause = await causeOf(flags, io);
  const limitMs = flags.number('timeout');
  const submit = (type: string, what: object): Promise<string> =>
    client.post<string>('v9/update-manifests', { type, cause, spec: what });
  let job = await submit('image', spec);
  if (flags.bool('interactive')) {
    const { Result } = await awaitJob<JobResult>(client, job, io, limitMs);
    const chosen = await chooseUpdates(Result.result ?? {}, flags.number('verbose'), io);
    if (chosen === undefined) return;
    io.stderr.write('Submitting selected release ...\n');
    const fixed = { Kind: 'execute', SkipMismatches: false, Force: spec.Force };
    job = await submit('containers', { ...fixed, ContainerSpecs: chosen });
  }
  const released = await followJob(client, job, io, {
    verbosity: flags.number('verbose'),
    limitMs,
    isApplied: !flags.bool('dry-run') || flags.bool('interactive'),
  });
  if (!flags.bool('watch') || released.length === 0) return;
  const isVerbose = flags.number('verbose') > 0;
  await watchRollout(client, released, io, { isVerbose, limitMs });
}

interface ReleaseSpec {
  readonly ServiceSpecs: readonly string[];
  readonly ImageSpec: string;
  readonly Kind: 'plan' | 'execute';
  readonly Excludes: readonly string[];
  readonly Force: boolean;
}

/** What is to be released, as the API takes it. */
async function specOf(flags: FlagValues, io: CliIo): Promise<ReleaseSpec> {
  const namespace = await namespaceOf(flags, io);
  const idOf = (text: string): string => idText(parseResourceIdIn(namespace, text));
  const isPlan = flags.bool('dry-run') || flags.bool('interactive');
  return {
    ServiceSpecs: flags.bool('all') ? [all] : workloadsOf(flags).map(idOf),
    ImageSpec: flags.bool('update-all-images') ? allLatest : flags.string('update-image'),
    Kind: isPlan ? 'plan' : 'execute',
    Excludes: flags.list('exclude').map(idOf),
    Force: flags.bool('force'),
  };
}

function workloadsOf(flags: FlagValues): string[] {
  return [...flags.list('workload'), ...flags.list('controller')];
}

function forceless(flag: string): string {
  return flag === '--all' ? 'ignore locked workloads' : 'ignore container image tags';
}

function refuseContradictions(flags: FlagValues): void {
  const isAll = flags.bool('all');
  const isAllImages = flags.bool('update-all-images');
  const choices = '--update-image=<image> or --update-all-images';
  if (isAllImages === (flags.string('update-image') !== '')) {
    const only = isAllImages ? 'only' : 'exactly';
    throw new KnownError('invalid', `please supply ${only} one of ${choices}`);
  }
  if (!isAll && workloadsOf(flags).length === 0) {
    throw new KnownError(
      'invalid',
      'please supply either --all, or at least one --workload=<workload>',
    );
  }
  if (flags.bool('watch') && flags.bool('dry-run')) {
    throw new KnownError('invalid', 'cannot use --watch with --dry-run');
  }
  if (flags.bool('force') && isAll && isAllImages) {
    throw new KnownError(
      'invalid',
      '--force has no effect when used with --all and --update-all-images',
    );
  }
}
