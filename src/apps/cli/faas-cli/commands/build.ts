import { KnownError, messageOf, silentLogger } from '../../../../base/index.ts';
import { buildFunction, imageName, shrinkwrapFunction } from '../../../../features/build/index.ts';
import type { BuildOptions } from '../../../../features/build/index.ts';
import type { Call, Command, Flag } from '../../cobra/index.ts';
import { imageStore } from '../images.ts';
import { envsubstFlag, parallelFlag, tagFlag } from '../shared-flags.ts';
import { findStack } from '../stack-file.ts';
import { withWorkers } from '../workers.ts';
import { keyValues } from '../key-values.ts';

/** Flags of `build`, which `up` has too. */
export const buildFlags: readonly Flag[] = [
  { name: 'image', type: 'string', usage: 'Docker image name to build' },
  {
    name: 'handler',
    type: 'string',
    usage: 'Directory with handler for function, e.g. handler.js',
  },
  { name: 'name', type: 'string', usage: 'Name of the deployed function' },
  { name: 'lang', type: 'string', usage: 'Programming language template' },
  { name: 'no-cache', type: 'bool', usage: "Do not use Docker's build cache" },
  { name: 'squash', type: 'bool', usage: 'Taken and without effect', hidden: true },
  parallelFlag,
  {
    name: 'shrinkwrap',
    type: 'bool',
    usage: 'Just write files to ./build/ folder for shrink-wrapping',
  },
  { name: 'build-arg', shorthand: 'b', type: 'stringArray', usage: 'Add a build-arg (KEY=VALUE)' },
  {
    name: 'build-option',
    shorthand: 'o',
    type: 'stringArray',
    usage: 'Set a build option, e.g. dev',
  },
  { name: 'build-label', type: 'stringArray', usage: 'Add a label for the image (LABEL=VALUE)' },
  {
    name: 'copy-extra',
    type: 'stringArray',
    usage: 'Extra paths that will be copied into the function build context',
  },
  tagFlag,
  {
    name: 'quiet',
    type: 'bool',
    usage: 'Perform a quiet build, without showing output from Docker',
  },
  {
    name: 'disable-stack-pull',
    type: 'bool',
    usage: 'Disables the template configuration in the stack.yaml',
  },
  { name: 'pull', type: 'bool', usage: 'Force a re-pull of base images', hidden: true },
];

/** `faas-cli build` */
export const build: Command = {
  use: `build -f YAML_FILE [--no-cache]
  faas-cli build --image IMAGE_NAME
                 --handler HANDLER_DIR
                 --name FUNCTION_NAME
                 [--lang LANGUAGE]`,
  short: 'Builds OpenFaaS function containers',
  long: `Builds OpenFaaS function containers either via the supplied YAML config using
the "--yaml" flag (which may contain multiple function definitions), or directly
via flags.`,
  example: `  faas-cli build -f functions.yaml
  faas-cli build --tag sha
  faas-cli build --parallel 4
  faas-cli build --filter "*gif*"`,
  flags: [...buildFlags, envsubstFlag],
  run: runBuild,
};

interface Target {
  readonly name: string;
  readonly lang: string;
  readonly handler: string;
  readonly image: string;
  readonly skipBuild: boolean;
  readonly buildOptions: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly copy: readonly string[];
}

/** Builds every function of the stack, or the one that the flags describe. */
export async function runBuild(call: Call): Promise<void> {
  const { flags, io } = call;
  if (flags.number('parallel') < 1) {
    throw new KnownError('invalid', 'the --parallel flag must be great than 0');
  }
  const shared = sharedOptions(call);
  const stack = await findStack(call);
  if (stack === undefined || stack.functions.length === 0) {
    await buildOne(call, targetOfFlags(call), shared);
    return;
  }
  const started = io.clock.now().getTime();
  const failures: string[] = [];
  const wanted = stack.functions.filter((each) => {
    if (each.skipBuild) io.stdout.write(`Skipping build of: ${each.name}.\n`);
    return !each.skipBuild;
  });
  await withWorkers(flags.number('parallel'), wanted, async (each, worker) => {
    const begun = io.clock.now().getTime();
    io.stdout.write(`[${worker}] > Building ${each.name}.\n`);
    try {
      await buildOne(call, { ...each, copy: stack.copy }, shared);
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      failures.push(`${each.name}: ${messageOf(thrown)}`);
    }
    const took = secondsSince(call, begun);
    io.stdout.write(`[${worker}] < Building ${each.name} done in ${took}s.\n`);
  });
  for (let worker = 0; worker < flags.number('parallel'); worker += 1) {
    io.stdout.write(`[${worker}] Worker done.\n`);
  }
  io.stdout.write(`\nTotal build time: ${secondsSince(call, started)}s\n`);
  if (failures.length === 0) return;
  const lines = failures.map((each) => `- ${each}\n`).join('');
  throw new KnownError('failed', `Errors received during build:\n${lines}`);
}

function secondsSince({ io }: Call, started: number): string {
  return ((io.clock.now().getTime() - started) / 1000).toFixed(2);
}

type Shared = Pick<BuildOptions, 'buildArgs' | 'labels'> & { readonly options: readonly string[] };

function sharedOptions({ flags }: Call): Shared {
  return {
    buildArgs: keyValues(flags.list('build-arg'), 'build-arg'),
    labels: keyValues(flags.list('build-label'), 'build-label'),
    options: flags.list('build-option'),
  };
}

function targetOfFlags({ flags }: Call): Target {
  const needed: Array<[string, string]> = [
    ['image', 'please provide a valid --image name for your Docker image'],
    ['handler', "please provide the full path to your function's handler"],
    ['name', 'please provide the deployed --name of your function'],
  ];
  for (const [flag, message] of needed) {
    if (flags.string(flag) === '') throw new KnownError('invalid', message);
  }
  return {
    name: flags.string('name'),
    lang: flags.string('lang'),
    handler: flags.string('handler'),
    image: flags.string('image'),
    skipBuild: false,
    buildOptions: [],
    buildArgs: {},
    copy: [],
  };
}

async function buildOne(call: Call, target: Target, shared: Shared): Promise<void> {
  const { flags, io } = call;
  const { name, handler } = target;
  const lang = target.lang.replace(/^Dockerfile$/, 'dockerfile');
  if (lang === '') {
    throw new KnownError('invalid', 'please provide a valid language for your function');
  }
  const tag = flags.string('tag');
  const { cwd, clock, env, signal } = io;
  const image = await imageName(target.image, { tag, dir: cwd, clock, environment: env });
  const options: BuildOptions = {
    name,
    image,
    lang,
    handler,
    projectDir: cwd,
    store: imageStore(io),
    clock,
    log: silentLogger,
    environment: env,
    copy: [...target.copy, ...flags.list('copy-extra')],
    buildArgs: { ...target.buildArgs, ...shared.buildArgs },
    buildOptions: [...target.buildOptions, ...shared.options],
    labels: shared.labels ?? {},
    noCache: flags.bool('no-cache'),
    onLine: (line) => {
      if (!flags.bool('quiet')) io.stdout.write(`${line}\n`);
    },
    signal,
  };
  if (flags.bool('shrinkwrap')) {
    await shrinkwrapFunction(options);
    io.stdout.write(`${name} shrink-wrapped to ./build/${name}/\n`);
    return;
  }
  io.stdout.write(`Building: ${image} with ${lang} template. Please wait..\n`);
  const built = await buildFunction(options);
  for (const warning of built.warnings) io.stderr.write(`${warning}\n`);
  io.stdout.write(`Image: ${image} built.\n`);
}
