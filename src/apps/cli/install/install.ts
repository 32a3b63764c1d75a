import { randomBytes } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { KnownError } from '../../../base/index.ts';
import { defaultCapabilities, loadChart, renderChart } from '../../../lib/helm/index.ts';
import type { Call, Command, Flag, FlagValues } from '../cobra/index.ts';
import { noArgs } from '../cobra/index.ts';
import { connectCluster } from '../connect-cluster.ts';
import type { CliIo } from '../io.ts';

const text = (name: string, usage: string, fallback = ''): Flag => ({
  name,
  type: 'string',
  usage,
  ...(fallback === '' ? {} : { default: fallback }),
});

const flags: readonly Flag[] = [
  text(
    'git-url',
    'URL of the Git repository to be used by Flux, e.g. git@github.com:<your username>/flux-get-started',
  ),
  text('git-email', 'email to use as git committer'),
  text('git-branch', 'Git branch to be used by Flux', 'master'),
  {
    name: 'git-path',
    type: 'stringSlice',
    default: '[]',
    usage: 'relative paths within the Git repo for Flux to locate Kubernetes manifests',
  },
  {
    name: 'git-paths',
    type: 'stringSlice',
    default: '[]',
    usage: 'Relative paths within the git repo',
    hidden: true,
    deprecated: 'please use --git-path (no ending s) instead',
  },
  text(
    'git-label',
    "Git label to keep track of Flux's sync progress; overrides both --git-sync-tag and --git-notes-ref",
    'flux',
  ),
  text('git-user', 'username to use as git committer', 'Flux'),
  { name: 'git-readonly', type: 'bool', usage: 'tell flux it has readonly access to the repo' },
  { name: 'manifest-generation', type: 'bool', usage: 'whether to enable manifest generation' },
  {
    name: 'registry-disable-scanning',
    type: 'bool',
    usage: 'do not scan container image registries to fill in the registry cache',
  },
  text('namespace', 'cluster namespace where to install flux'),
  {
    ...text(
      'output-dir',
      'a directory in which to write individual manifests, rather than printing to stdout',
    ),
    shorthand: 'o',
  },
  {
    name: 'add-security-context',
    type: 'bool',
    default: 'true',
    usage: "Ensure security context information is added to the pod specs. Defaults to 'true'",
  },
];

/** `install`: the chart `charts/trice` rendered with fluxctl install's flags, printed or written to files. */
export const install: Command = {
  use: 'install',
  short: 'Print and tweak Kubernetes manifests needed to install Flux in a Cluster',
  example: `# Install the latest version of Flux
fluxctl install --git-url 'git@github.com:<your username>/flux-get-started' --git-email <your_email> | kubectl -n flux apply -f -`,
  args: noArgs,
  flags,
  run,
};

async function run({ flags: given, io }: Call): Promise<void> {
  for (const name of ['git-url', 'git-email']) {
    if (given.string(name) !== '') continue;
    throw new KnownError('invalid', `please supply a valid --${name} argument`);
  }
  const namespace = await namespaceOf(given, io);
  const files = await manifestFiles(given, namespace, io);
  const dir = given.string('output-dir');
  if (dir === '') {
    for (const { content } of files) io.stdout.write(content);
    return;
  }
  const folder = path.resolve(io.cwd, dir);
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new KnownError('not-found', `${dir} is not a directory`);
  }
  for (const { name, content } of files) {
    const file = path.join(folder, name);
    io.stderr.write(`writing ${file}\n`);
    await writeFile(file, content);
  }
}

interface ManifestFile {
  readonly name: string;
  readonly content: string;
}

/** One file for each template of the chart, in the order in which they are to be applied. */
async function manifestFiles(
  given: FlagValues,
  namespace: string,
  io: CliIo,
): Promise<ManifestFile[]> {
  const dir = fileURLToPath(new URL('../../../../charts/trice', import.meta.url));
  const rendered = renderChart({
    chart: await loadChart(dir),
    values: valuesOf(given),
    release: { name: 'flux', namespace, isUpgrade: false },
    capabilities: defaultCapabilities,
    ports: { now: () => io.clock.now(), random: (size) => randomBytes(size) },
  });
  const files = new Map<string, string>();
  for (const { path: source, text: document } of rendered.manifests) {
    const name = `flux-${path.posix.basename(source)}`;
    files.set(name, `${files.get(name) ?? ''}---\n${document.trim()}\n`);
  }
  return [...files].map(([name, content]) => ({ name, content }));
}

function valuesOf(given: FlagValues): Record<string, unknown> {
  return {
    git: {
      url: given.string('git-url'),
      email: given.string('git-email'),
      branch: given.string('git-branch'),
      path: [...given.list('git-path'), ...given.list('git-paths')].join(','),
      label: given.string('git-label'),
      user: given.string('git-user'),
      readonly: given.bool('git-readonly'),
    },
    manifestGeneration: given.bool('manifest-generation'),
    registry: { disableScanning: given.bool('registry-disable-scanning') },
    addSecurityContext: given.bool('add-security-context'),
  };
}

async function namespaceOf(given: FlagValues, io: CliIo): Promise<string> {
  const named = given.string('namespace');
  if (named !== '') return named;
  const config = await connectCluster(io).then(
    (connected) => connected.config,
    () => undefined,
  );
  return config?.namespace ?? 'default';
}
