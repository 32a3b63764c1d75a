import { KnownError, messageOf } from '../../../../base/index.ts';
import { imageName, pushFunction } from '../../../../features/build/index.ts';
import type { StackFunction } from '../../../../features/build/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { imageStore, registryClient } from '../images.ts';
import { envsubstFlag, parallelFlag, tagFlag } from '../shared-flags.ts';
import { requireStack } from '../stack-file.ts';
import { withWorkers } from '../workers.ts';

/** `faas-cli push` */
export const push: Command = {
  use: 'push -f YAML_FILE [--regex "REGEX"] [--filter "WILDCARD"] [--parallel] [--tag <sha|branch>]',
  short: 'Push OpenFaaS functions to remote registry (Docker Hub)',
  long: `Pushes the OpenFaaS function container image(s) defined in the supplied YAML
config to a remote repository.

These container images must already be present in your local image cache.`,
  example: `  faas-cli push -f stack.yaml
  faas-cli push -f stack.yaml --parallel 4
  faas-cli push -f stack.yaml --tag branch`,
  flags: [parallelFlag, tagFlag, envsubstFlag],
  run: runPush,
};

/** Pushes the image of every function of the stack. */
export async function runPush(call: Call): Promise<void> {
  const { flags, io } = call;
  const { functions } = await requireStack(call);
  refuseBareNames(functions);
  const failures: string[] = [];
  const client = registryClient(io);
  const store = imageStore(io);
  await withWorkers(flags.number('parallel'), functions, async (each, worker) => {
    const image = await taggedImage(call, each.image);
    io.stdout.write(`[${worker}] > Pushing ${each.name} [${image}].\n`);
    if (each.skipBuild) {
      io.stdout.write(`Skipping ${each.name}\n`);
      return;
    }
    try {
      await pushFunction({ image, store, client });
      io.stdout.write(`[${worker}] < Pushing ${each.name} [${image}] done.\n`);
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      failures.push(`${each.name}: ${messageOf(thrown)}`);
    }
  });
  for (let worker = 0; worker < flags.number('parallel'); worker += 1) {
    io.stdout.write(`[${worker}] Worker done.\n`);
  }
  if (failures.length === 0) return;
  const lines = failures.map((each) => `- ${each}\n`).join('');
  throw new KnownError('failed', `Errors received during push:\n${lines}`);
}

/** An image without a user or registry before it would land on Docker Hub, where nobody may push it. */
function refuseBareNames(functions: readonly StackFunction[]): void {
  const bare = functions.filter((each) => !each.skipBuild && !each.image.includes('/'));
  if (bare.length === 0) return;
  const names = bare.map(({ name }) => name).join('\n- ');
  throw new KnownError(
    'invalid',
    `
Unable to push one or more of your functions to Docker Hub:
- ${names}

You must provide a username or registry prefix to the Function's image such as user1/function1`,
  );
}

/** The name under `--tag`; outside of a git repository the plain one, as in the original. */
async function taggedImage({ flags, io }: Call, image: string): Promise<string> {
  const { cwd, clock, env } = io;
  const options = { dir: cwd, clock, environment: env };
  try {
    return await imageName(image, { ...options, tag: flags.string('tag') });
  } catch (thrown) {
    if (!messageOf(thrown).includes('not a Git repository')) throw thrown;
    io.stderr.write(
      `Error formatting image tag, defaulting to default format: ${messageOf(thrown)}\n`,
    );
    return imageName(image, { ...options, tag: 'latest' });
  }
}
