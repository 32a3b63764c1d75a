import { KnownError } from '../../../base/index.ts';
import { idText, parseResourceIdIn } from '../../../lib/manifest/index.ts';
import { noArgs } from '../cobra/index.ts';
import type { Call, Command, FlagValues } from '../cobra/index.ts';
import { causeFlags, causeOf, verboseFlag } from './cause.ts';
import { connectFlux } from './flux-client.ts';
import { namespaceFlag, namespaceOf } from './flags.ts';
import { followJob } from './job-output.ts';
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
  args: noArgs,
  flags: [
    { ...namespaceFlag, usage: 'Workload namespace' },
    {
      name: 'workload',
      type: 'stringSlice',
      usage: 'List of workloads to release <namespace>:<kind>/<name>',
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
  const namespace = await namespaceOf(flags, io);
  const ids = (name: string): string[] =>
    flags.list(name).map((text) => idText(parseResourceIdIn(namespace, text)));
  const isDry = flags.bool('dry-run');
  const spec = {
    ServiceSpecs: flags.bool('all') ? [all] : ids('workload'),
    ImageSpec: flags.bool('update-all-images') ? allLatest : flags.string('update-image'),
    Kind: isDry ? 'plan' : 'execute',
    Excludes: ids('exclude'),
    Force: flags.bool('force'),
  };
  const client = await connectFlux(flags, io);
  io.stderr.write(isDry ? 'Submitting dry-run release ...\n' : 'Submitting release ...\n');
  const cause = await causeOf(flags, io);
  const job = await client.post<string>('v9/update-manifests', { type: 'image', cause, spec });
  const released = await followJob(client, job, io, {
    verbosity: flags.number('verbose'),
    limitMs: flags.number('timeout'),
    isApplied: !isDry,
  });
  if (!flags.bool('watch') || released.length === 0) return;
  await watchRollout(client, released, io, {
    isVerbose: flags.number('verbose') > 0,
    limitMs: flags.number('timeout'),
  });
}

function forceless(flag: string): string {
  return flag === '--all' ? 'ignore locks' : 'ignore container image tags';
}

function refuseContradictions(flags: FlagValues): void {
  if (flags.bool('watch') && flags.bool('dry-run')) {
    throw new KnownError('invalid', 'the --watch flag cannot be used with --dry-run');
  }
  const isAll = flags.bool('all');
  const isAllImages = flags.bool('update-all-images');
  if (!isAll && flags.list('workload').length === 0) {
    throw new KnownError(
      'invalid',
      'please supply either --all, or at least one --workload=<workload>',
    );
  }
  if (isAllImages === (flags.string('update-image') !== '')) {
    throw new KnownError(
      'invalid',
      'please supply exactly one of --update-image=<image> or --update-all-images',
    );
  }
  if (flags.bool('force') && isAll && isAllImages) {
    throw new KnownError(
      'invalid',
      '--force has no effect when used with --all and --update-all-images',
    );
  }
}
