import { spawn } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { constants, createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KnownError } from '../../base/index.ts';
import type { Environment } from '../../lib/git/index.ts';
import type { Builder, BuildTask, BuiltImage } from './builder.ts';
import { importArchive, importLayout } from './import-layout.ts';

type Tool = 'buildah' | 'podman' | 'docker';

const tools: readonly Tool[] = ['buildah', 'podman', 'docker'];
const usualPath = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin';
const passedOn = [
  'HOME',
  'XDG_RUNTIME_DIR',
  'DOCKER_HOST',
  'DOCKER_CONFIG',
  'TMPDIR',
  'CONTAINERS_STORAGE_CONF',
];
const proxies = ['http_proxy', 'https_proxy', 'no_proxy'];

interface Found {
  readonly tool: Tool;
  readonly program: string;
  readonly environment: Environment;
}

/** The wanted tool, or the first of buildah, podman and docker that is on PATH; undefined when there is none. */
export async function findContainerTool(
  wanted: Tool | undefined,
  options: { readonly environment?: Environment },
): Promise<Builder | undefined> {
  const environment = options.environment ?? {};
  const folders = (environment['PATH'] ?? usualPath).split(delimiter).filter(Boolean);
  for (const tool of wanted === undefined ? tools : [wanted]) {
    for (const folder of folders) {
      const program = join(folder, tool);
      const isThere = await access(program, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isThere) return builderOf({ tool, program, environment });
    }
  }
  return undefined;
}

/** Builds with the tool, then takes the image out of its storage into ours, so that pushing is the same for all. */
function builderOf(found: Found): Builder {
  return {
    name: found.tool,
    build: async (task) => {
      await run(found, task, buildArguments(found, task));
      const dir = await mkdtemp(join(tmpdir(), 'trice-image-'));
      try {
        await takeOut(found, task, dir);
      } finally {
        await rm(dir, { recursive: true, force: true });
      }
      const image = await task.store.find(task.ref);
      if (image === undefined)
        throw new KnownError('failed', `${found.tool} gave no image ${task.ref.text}`);
      const layers = image.manifest.layers.length;
      const { digest } = image;
      return {
        image: task.ref.text,
        digest,
        builder: found.tool,
        layers,
        cachedLayers: 0,
        warnings: [],
      } satisfies BuiltImage;
    },
  };
}

function buildArguments({ tool, environment }: Found, task: BuildTask): string[] {
  const args = [tool === 'buildah' ? 'bud' : 'build', '-t', task.ref.text];
  for (const name of proxies) {
    const value = environment[name];
    if (value !== undefined) args.push('--build-arg', `${name}=${value}`);
  }
  for (const [name, value] of Object.entries(task.buildArgs))
    args.push('--build-arg', `${name}=${value}`);
  for (const [name, value] of Object.entries(task.labels)) args.push('--label', `${name}=${value}`);
  if (task.noCache) args.push('--no-cache');
  else if (tool === 'buildah') args.push('--layers');
  return [...args, '--', task.context];
}

async function takeOut(found: Found, task: BuildTask, dir: string): Promise<void> {
  const { tool } = found;
  if (tool === 'docker') {
    const archive = join(dir, 'image.tar');
    await run(found, task, ['image', 'save', '-o', archive, task.ref.text]);
    await importArchive(createReadStream(archive), {
      dir: join(dir, 'layout'),
      store: task.store,
      ref: task.ref,
    });
    return;
  }
  await run(found, task, [
    'push',
    '-q',
    '--format',
    'oci',
    task.ref.text,
    `oci:${join(dir, 'layout')}`,
  ]);
  await importLayout({ dir: join(dir, 'layout'), store: task.store, ref: task.ref });
}

/** Runs the tool to its end; its lines are passed on as they come. */
function run(found: Found, task: BuildTask, args: readonly string[]): Promise<void> {
  const { environment, program, tool } = found;
  const env: Record<string, string> = { PATH: environment['PATH'] ?? usualPath };
  for (const name of [...passedOn, ...proxies]) {
    const value = environment[name];
    if (value !== undefined) env[name] = value;
  }
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(task.signal === undefined ? {} : { signal: task.signal }),
    });
    const last: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        last.push(...lines);
        last.splice(0, last.length - 5);
        for (const line of lines) task.onLine(line);
      });
    }
    child.on('error', (error) =>
      reject(new KnownError('failed', `cannot start ${tool}: ${error.message}`, { cause: error })),
    );
    child.on('close', (code) => {
      if (code === 0) return resolve();
      const why = last.filter(Boolean).join('; ');
      return reject(
        new KnownError(
          'failed',
          `${tool} ${args[0]} of ${task.name} failed with exit code ${code}: ${why}`,
        ),
      );
    });
  });
}
