import path from 'node:path';
import { KnownError, messageOf } from '../../../base/index.ts';
import type { FileChange } from '../../git/index.ts';
import { parseResourceId } from '../../manifest/index.ts';
import type { NewImage } from '../../manifest/index.ts';
import type { Command } from '../generate/flux-yaml.ts';
import { withWorkTree } from '../generate/generated.ts';
import type { Generating, WorkTree } from '../generate/generated.ts';
import { runCommand } from '../generate/run-command.ts';
import type { Maker, Reading } from '../reading.ts';
import type { ObjectChange, WritePorts } from './changed-files.ts';

type Commands = Extract<Maker, { is: 'commands' }>;

/** Runs the updaters of `.flux.yaml` files in a copy of the revision; what they changed in it. */
export async function runUpdaters(
  { mirror, generating, signal }: WritePorts,
  reading: Reading,
  changes: readonly ObjectChange[],
): Promise<FileChange[]> {
  if (changes.length === 0) return [];
  if (generating === undefined) throw new KnownError('failed', 'commands are not allowed here');
  const { revision } = reading;
  return withWorkTree(generating, mirror, revision, async (tree) => {
    for (const change of changes) {
      const maker = reading.makers.get(change.manifest);
      if (maker?.is !== 'commands') continue;
      await updateOne({ maker, change, how: generating, tree, signal });
    }
    return mirror.changesIn({ revision, dir: tree.root });
  });
}

interface Update {
  readonly maker: Commands;
  readonly change: ObjectChange;
  readonly how: Generating;
  readonly tree: WorkTree;
  readonly signal: AbortSignal;
}

async function updateOne(update: Update): Promise<void> {
  const { images = [], policies = {} } = update.change;
  const { file, folder, updaters } = update.maker;
  const place = `${file} (from path ${folder === '' ? '.' : folder})`;
  const forImages = updaters.flatMap(({ containerImage }) => containerImage ?? []);
  const forPolicies = updaters.flatMap(({ policy }) => policy ?? []);
  if (images.length > 0 && forImages.length === 0) {
    throw new KnownError('invalid', `no update.containerImage commands to run in ${place}`);
  }
  if (Object.keys(policies).length > 0 && forPolicies.length === 0) {
    throw new KnownError('invalid', `no updaters.policy commands to run in ${place}`);
  }
  for (const { container, image } of images) {
    const variables = {
      FLUX_CONTAINER: container,
      FLUX_IMG: nameOf(image),
      FLUX_TAG: image.tag,
    };
    await runAll(update, forImages, variables);
  }
  for (const [policy, value] of Object.entries(policies)) {
    const variables = {
      FLUX_POLICY: policy,
      ...(value === undefined ? {} : { FLUX_POLICY_VALUE: value }),
    };
    await runAll(update, forPolicies, variables);
  }
}

/** In order; the first that fails ends it. */
async function runAll(
  { maker, change, how, tree, signal }: Update,
  commands: readonly Command[],
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const { namespace, kind, name } = parseResourceId(change.id);
  const about = {
    FLUX_WORKLOAD: change.id,
    FLUX_WL_NS: namespace,
    FLUX_WL_KIND: kind,
    FLUX_WL_NAME: name,
  };
  const cwd = path.join(tree.root, maker.folder);
  const { environment, clock } = how;
  const at = { cwd, home: tree.home, environment, clock, signal };
  for (const command of commands) {
    try {
      await runCommand({ ...command, ...at, variables: { ...about, ...variables } });
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      throw new KnownError(
        thrown instanceof KnownError ? thrown.code : 'failed',
        `error executing update command "${command.command}" from file "${maker.file}": ${messageOf(thrown)}`,
        { cause: thrown },
      );
    }
  }
}

function nameOf({ domain, path: name }: NewImage): string {
  return domain === undefined ? name : `${domain}/${name}`;
}
