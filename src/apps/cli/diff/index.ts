/**
 * `trice diff [PATH|REV]`: what a folder or a commit would change in the cluster, by dry runs. Writes
 * nothing, shows no value of a Secret. Start with `compare.ts`.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { KnownError, messageOf, silentLogger } from '../../../base/index.ts';
import { readReport, stateLabel } from '../../../features/sync/index.ts';
import { openMirror, safeUrl } from '../../../lib/git/index.ts';
import { kinds, type Cluster } from '../../../lib/kube/index.ts';
import { syncSetName } from '../../../lib/manifest/index.ts';
import {
  memorySource,
  openReader,
  type Reading,
  type Source,
} from '../../../lib/revision/index.ts';
import { stringify } from '../../../lib/yaml/index.ts';
import { folderFiles } from '../check/index.ts';
import { execute, maximumArgs, type Call, type Command, type FlagValues } from '../cobra/index.ts';
import { connectCluster } from '../connect-cluster.ts';
import type { CliIo, Program } from '../io.ts';
import { compare, type ObjectDiff } from './compare.ts';
import { diffText } from './diff-text.ts';

const command: Command = {
  use: 'trice diff [PATH|REV]',
  short: 'Show what a folder or a commit would change in the cluster',
  long: `Shows what applying a folder, or a commit of the repository in this folder, would
change in the cluster. Nothing is written. Exit code 0: nothing would change,
1: something would, or it could not be found out.`,
  example: `  trice diff
  trice diff HEAD~1 --path releases/staging
  trice diff ./deploy -o json`,
  args: maximumArgs(1),
  flags: [
    { name: 'path', type: 'stringSlice', default: '[]', usage: 'paths to read, as --git-path' },
    {
      name: 'namespace',
      shorthand: 'n',
      type: 'string',
      default: 'default',
      usage: 'namespace of manifests that name none',
    },
    { name: 'sync', type: 'string', usage: 'the synced repository that this is: shows deletions' },
    { name: 'run-commands', type: 'bool', usage: 'run the commands of .flux.yaml files' },
    { name: 'kubeconfig', type: 'string', usage: 'path of the kubeconfig file' },
    { name: 'context', type: 'string', usage: 'context of the kubeconfig' },
    { name: 'output', shorthand: 'o', type: 'string', usage: 'json, yaml or name' },
  ],
  run: diff,
};

const formats: Readonly<Record<string, (diffs: readonly ObjectDiff[]) => string>> = {
  '': diffText,
  json: (diffs) => `${JSON.stringify(diffs, undefined, 2)}\n`,
  yaml: (diffs) => stringify(diffs),
  name: (diffs) => diffs.map(({ id }) => `${id}\n`).join(''),
};

async function diff({ args: [target = '.'], flags, io }: Call): Promise<number> {
  const format = formats[flags.string('output')];
  if (format === undefined) {
    const text = `unknown output format "${flags.string('output')}", try json, yaml or name`;
    throw new KnownError('invalid', text);
  }
  const [kubeconfig, context] = [flags.string('kubeconfig'), flags.string('context')];
  const { cluster } = await connectCluster(io, {
    ...(kubeconfig === '' ? {} : { kubeconfig }),
    ...(context === '' ? {} : { context }),
  });
  const setName = await setNameOf(cluster, flags);
  const dir = await mkdtemp(path.join(os.tmpdir(), 'trice-diff-'));
  try {
    const reading = await readingOf(target, { flags, io, dir });
    for (const { file, message } of reading.failures) io.stderr.write(`! ${file}: ${message}\n`);
    // While a file cannot be read nobody knows what is to go.
    const mayDelete = setName !== undefined && reading.failures.length === 0;
    const diffs = await compare({
      cluster,
      manifests: reading.manifests,
      defaultNamespace: flags.string('namespace'),
      log: silentLogger,
      ...(mayDelete ? { setName } : {}),
    });
    io.stdout.write(format(diffs));
    return diffs.length + reading.failures.length > 0 ? 1 : 0;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

interface Where {
  readonly flags: FlagValues;
  readonly io: CliIo;
  /** A folder for mirrors and commands. */
  readonly dir: string;
}

async function readingOf(target: string, where: Where): Promise<Reading> {
  const { flags, io, dir } = where;
  const folder = path.resolve(io.cwd, target);
  const isPath = await stat(folder).then(
    () => true,
    () => false,
  );
  const { source, revision } = isPath
    ? { source: memorySource(await folderFiles(folder)), revision: 'the folder' }
    : await revisionOf(target, where);
  const generating = { dir: path.join(dir, 'generate'), environment: io.env, clock: io.clock };
  await refuseCommands(source, revision, flags);
  const reader = openReader({ source, paths: flags.list('path'), generating });
  return reader.read(revision, io.signal);
}

async function revisionOf(
  rev: string,
  { io, dir }: Where,
): Promise<{ source: Source; revision: string }> {
  const mirror = openMirror({
    url: io.cwd,
    dir: path.join(dir, 'mirror'),
    clock: io.clock,
    log: silentLogger,
    environment: io.env,
  });
  try {
    await mirror.fetch(io.signal);
    const revision = await mirror.resolve(rev);
    if (revision !== undefined) return { source: mirror, revision };
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError(
      'not-found',
      `${rev} is no path, and here is no repository: ${messageOf(thrown)}`,
    );
  }
  throw new KnownError('not-found', `${rev} is neither a path nor a commit of this repository`);
}

/** A repository that is only looked at runs nothing, unless a person says so. */
async function refuseCommands(source: Source, revision: string, flags: FlagValues): Promise<void> {
  if (flags.bool('run-commands')) return;
  for (const { path: file, oid } of await source.files(revision)) {
    if (!/(^|\/)\.flux\.yaml$/.test(file)) continue;
    const text = (await source.read(oid)).toString('utf8');
    if (text.includes('command')) {
      throw new KnownError('denied', `${file} has commands: add --run-commands to run them`);
    }
  }
}

/** The marks of the repository that is meant: of `--sync`, by what the operator says of it. */
async function setNameOf(cluster: Cluster, flags: FlagValues): Promise<string | undefined> {
  const name = flags.string('sync');
  if (name === '') return undefined;
  const { items } = await cluster.list(kinds.ConfigMap, { labelSelector: `${stateLabel}=${name}` });
  const [report] = items.map(readReport);
  if (report === undefined) throw new KnownError('not-found', `no repository is named "${name}"`);
  const { url, branch } = report;
  return syncSetName({ url: safeUrl(url), branch, paths: flags.list('path') });
}

/** Exit codes as diff's: 0 nothing, 1 something or a failure. */
export const program: Program = (argv, io) => execute(command, argv, io);
