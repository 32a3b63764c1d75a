/**
 * `trice check PATH`: what the sync, the release operator and an API server would say of a folder, with
 * no cluster: every file parsed, kustomizations and charts at hand rendered, every object held against
 * the schema of its kind, sealed secrets against certificates. Asks no network, runs no command unless
 * told to, applies nothing. Start with `check-repository.ts`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { KnownError, type KubeObject } from '../../../base/index.ts';
import { certificatesOf } from '../../../features/seal/index.ts';
import { parseManifests } from '../../../lib/manifest/index.ts';
import { execute, maximumArgs, type Call, type Command } from '../cobra/index.ts';
import type { Program } from '../io.ts';
import { checkRepository } from './check-repository.ts';
import { folderFiles } from './folder-files.ts';
import { formats } from './formats.ts';

export { folderFiles } from './folder-files.ts';

const command: Command = {
  use: 'trice check [PATH]',
  short: 'Check the manifests of a folder, with no cluster',
  example: `  trice check
  trice check --path releases/staging --kubernetes-version 1.33 -o junit > report.xml`,
  args: maximumArgs(1),
  flags: [
    {
      name: 'path',
      type: 'stringSlice',
      default: '[]',
      usage: 'paths in the folder to read, as --git-path',
    },
    {
      name: 'kubernetes-version',
      type: 'string',
      default: '1.34',
      usage: 'version that the objects are for',
    },
    {
      name: 'namespace',
      shorthand: 'n',
      type: 'string',
      default: 'default',
      usage: 'namespace of manifests that name none',
    },
    {
      name: 'crds',
      type: 'stringSlice',
      default: '[]',
      usage: 'files with more definitions of kinds',
    },
    {
      name: 'cert',
      type: 'stringSlice',
      default: '[]',
      usage: 'certificates that sealed secrets must fit',
    },
    {
      name: 'git-charts-path',
      type: 'string',
      default: 'charts',
      usage: 'charts of FluxHelmReleases',
    },
    { name: 'run-commands', type: 'bool', usage: 'run the commands of .flux.yaml files' },
    { name: 'strict', type: 'bool', usage: 'a kind that nothing defines is an error' },
    { name: 'output', shorthand: 'o', type: 'string', usage: 'json, junit, sarif or name' },
  ],
  run: check,
};

async function check({ args: [folder = '.'], flags, io }: Call): Promise<number> {
  const format = formats[flags.string('output')];
  if (format === undefined) {
    const known = Object.keys(formats).filter(Boolean).join(', ');
    throw new KnownError(
      'invalid',
      `unknown output format "${flags.string('output')}", try ${known}`,
    );
  }
  const kubernetes = flags.string('kubernetes-version');
  if (!/^v?1\.\d+/.test(kubernetes)) {
    throw new KnownError('invalid', `--kubernetes-version ${kubernetes}: write e.g. 1.34`);
  }
  const dir = await mkdtemp(path.join(os.tmpdir(), 'trice-check-'));
  try {
    const checked = await checkRepository({
      files: await folderFiles(path.resolve(io.cwd, folder)),
      paths: flags.list('path'),
      kubernetes,
      chartsPath: flags.string('git-charts-path'),
      isStrict: flags.bool('strict'),
      runsCommands: flags.bool('run-commands'),
      defaultNamespace: flags.string('namespace'),
      sealKeys: await sealKeysOf(flags.list('cert'), io.cwd),
      more: await objectsOf(flags.list('crds'), io.cwd),
      dir,
      environment: io.env,
      clock: io.clock,
    });
    io.stdout.write(format(checked));
    return checked.findings.some(({ level }) => level === 'error') ? 1 : 0;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function sealKeysOf(files: readonly string[], cwd: string) {
  const found = await Promise.all(
    files.map(async (file) => {
      const [first] = certificatesOf(await textOf(file, cwd));
      if (first === undefined) throw new KnownError('invalid', `${file}: no certificate in it`);
      return first.publicKey;
    }),
  );
  return found;
}

async function objectsOf(files: readonly string[], cwd: string): Promise<KubeObject[]> {
  const texts = await Promise.all(
    files.map(async (file) => ({ path: file, text: await textOf(file, cwd) })),
  );
  const { manifests, failures } = parseManifests(texts);
  const [failure] = failures;
  if (failure !== undefined) throw new KnownError('invalid', `${failure.file}: ${failure.message}`);
  return manifests.map(({ object }) => object);
}

async function textOf(file: string, cwd: string): Promise<string> {
  return readFile(path.resolve(cwd, file), 'utf8').catch(() => {
    throw new KnownError('not-found', `cannot read ${file}`);
  });
}

/** Exit code 0: nothing wrong; 1: something is. */
export const program: Program = (argv, io) => execute(command, argv, io);
