import { readFile, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, hide, isRecord, messageOf } from '../../../../base/index.ts';
import type { JsonRecord } from '../../../../base/index.ts';
import {
  buildIndex,
  indexText,
  loadChart,
  mergeIndex,
  openChartRepository,
  unmarshal,
} from '../../../../lib/helm/index.ts';
import { fetching } from '../access.ts';
import { helmArgs, noHelmArgs } from '../args.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { readAll } from '../../io.ts';
import { outputFlag, tlsFlags } from '../flags.ts';
import {
  accessTo,
  indexFile,
  keepIndex,
  knownRepositories,
  replaceFile,
  repositoryCache,
  writeRepositories,
} from '../repositories.ts';
import type { KnownRepository } from '../repositories.ts';
import { goJson, printAs, tableText } from '../table.ts';
import { updateRepositories } from './update.ts';

const timeout = {
  name: 'timeout',
  type: 'duration',
  default: '2m0s',
  usage: 'time to wait for the index file download to complete',
} as const;

const add: Command = {
  use: 'add [NAME] [URL] [flags]',
  short: 'add a chart repository',
  args: helmArgs('exactly', 2, 'add [NAME] [URL]'),
  flags: [
    ...tlsFlags,
    {
      name: 'allow-deprecated-repos',
      type: 'bool',
      usage:
        'by default, this command will not allow adding official repos that have been permanently deleted. This disables that behavior',
    },
    {
      name: 'no-update',
      type: 'bool',
      usage:
        'Ignored. Formerly, it would disabled forced updates. It is deprecated by force-update.',
    },
    {
      name: 'force-update',
      type: 'bool',
      usage: 'replace (overwrite) the repo if it already exists',
    },
    { name: 'pass-credentials', type: 'bool', usage: 'pass credentials to all domains' },
    { name: 'password', type: 'string', usage: 'chart repository password' },
    {
      name: 'password-stdin',
      type: 'bool',
      usage: 'read chart repository password from stdin',
    },
    timeout,
    { name: 'username', type: 'string', usage: 'chart repository username' },
  ],
  run: runAdd,
};

/** Repositories that are gone for good, and what took their place. */
const gone: readonly (readonly [old: string, now: string])[] = [
  ['//kubernetes-charts.storage.googleapis.com', 'https://charts.helm.sh/stable'],
  ['//kubernetes-charts-incubator.storage.googleapis.com', 'https://charts.helm.sh/incubator'],
];

function refuseGone(url: string): void {
  const [, now] = gone.find(([old]) => url.includes(old)) ?? [];
  if (now === undefined) return;
  const shown = `repo ${JSON.stringify(url)} is no longer available`;
  throw new KnownError('not-found', `${shown}; try ${JSON.stringify(now)} instead`);
}

async function runAdd(call: Call): Promise<void> {
  const { flags, io } = call;
  if (!flags.bool('allow-deprecated-repos')) refuseGone(call.args[1] ?? '');
  const repository = await wantedRepository(call);
  const { name, url } = repository;
  if (name.includes('/')) {
    throw new KnownError(
      'invalid',
      `repository name (${name}) contains '/', please specify a different name without '/'`,
    );
  }
  const all = await knownRepositories(call);
  const known = all.find((each) => each.name === name);
  if (known !== undefined && !flags.bool('force-update')) {
    if (!isSame(known, repository)) {
      throw new KnownError(
        'exists',
        `repository name (${name}) already exists, please specify a different name`,
      );
    }
    io.stdout.write(
      `${JSON.stringify(name)} already exists with the same configuration, skipping\n`,
    );
    return;
  }
  const opened = openChartRepository({
    ...fetching(io, url, repository),
    ...accessTo(repository),
    url,
    timeoutMs: flags.number('timeout'),
  });
  await keepIndex(call, name, await opened.index());
  const others = all.filter((each) => each.name !== name);
  const at = known === undefined ? others.length : all.indexOf(known);
  await writeRepositories(call, others.toSpliced(at, 0, repository));
  io.stdout.write(`${JSON.stringify(name)} has been added to your repositories\n`);
}

async function wantedRepository({ args, flags, io }: Call): Promise<KnownRepository> {
  const [name = '', url = ''] = args;
  const username = flags.string('username');
  let password = flags.string('password');
  if (username !== '' && password === '') {
    if (!flags.bool('password-stdin')) {
      throw new KnownError('invalid', '--username needs --password or --password-stdin');
    }
    password = (await readAll(io.stdin)).toString('utf8').replace(/\r?\n$/, '');
  }
  const file = (flag: string): string => {
    const given = flags.string(flag);
    return given === '' ? '' : path.resolve(io.cwd, given);
  };
  return {
    name,
    url,
    username,
    password: hide(password),
    certFile: file('cert-file'),
    keyFile: file('key-file'),
    caFile: file('ca-file'),
    insecure: flags.bool('insecure-skip-tls-verify'),
    passToAll: flags.bool('pass-credentials'),
  };
}

function isSame(a: KnownRepository, b: KnownRepository): boolean {
  const { password: left, ...here } = a;
  const { password: right, ...there } = b;
  return left.reveal() === right.reveal() && JSON.stringify(here) === JSON.stringify(there);
}

const list: Command = {
  use: 'list [flags]',
  aliases: ['ls'],
  short: 'list chart repositories',
  args: noHelmArgs('list'),
  flags: [outputFlag],
  run: async (call) => {
    const all = await knownRepositories(call);
    const format = call.flags.string('output');
    if (all.length === 0 && format !== 'json' && format !== 'yaml') {
      throw new KnownError('not-found', 'no repositories to show');
    }
    const shown = all.map(({ name, url }) => ({ name, url }));
    printAs(call, shown, () =>
      tableText([['NAME', 'URL'], ...shown.map(({ name, url }) => [name, url])]),
    );
  },
};

const update: Command = {
  use: 'update [REPO1 [REPO2 ...]] [flags]',
  aliases: ['up'],
  short: 'update information of available charts locally from chart repositories',
  args: () => undefined,
  flags: [
    {
      name: 'fail-on-repo-update-fail',
      type: 'bool',
      usage: 'update fails if any of the repository updates fail',
    },
    timeout,
  ],
  run: async (call) => {
    const all = await knownRepositories(call);
    if (all.length === 0) {
      throw new KnownError('not-found', 'no repositories found. You must add one before updating');
    }
    for (const name of call.args) {
      if (all.some((each) => each.name === name)) continue;
      throw new KnownError(
        'not-found',
        `no repositories found matching '${name}'.  Nothing will be updated`,
      );
    }
    const wanted = all.filter(({ name }) => call.args.length === 0 || call.args.includes(name));
    call.io.stdout.write('Hang tight while we grab the latest from your chart repositories...\n');
    const failed = await updateRepositories(call, wanted, call.flags.number('timeout'));
    if (failed.length > 0 && call.flags.bool('fail-on-repo-update-fail')) {
      throw new KnownError(
        'unreachable',
        `Failed to update the following repositories: [${failed.map(({ url }) => url).join(' ')}]`,
      );
    }
    call.io.stdout.write('Update Complete. ⎈Happy Helming!⎈\n');
  },
};

const remove: Command = {
  use: 'remove [REPO1 [REPO2 ...]] [flags]',
  aliases: ['rm'],
  short: 'remove one or more chart repositories',
  args: helmArgs('at least', 1, 'remove [REPO1 [REPO2 ...]]'),
  run: async (call) => {
    for (const name of call.args) {
      const all = await knownRepositories(call);
      if (all.length === 0) throw new KnownError('not-found', 'no repositories configured');
      const others = all.filter((each) => each.name !== name);
      if (others.length === all.length) {
        throw new KnownError('not-found', `no repo named ${JSON.stringify(name)} found`);
      }
      await writeRepositories(call, others);
      await rm(indexFile(call, name), { force: true });
      await rm(path.join(repositoryCache(call), `${name}-charts.txt`), { force: true });
      call.io.stdout.write(`${JSON.stringify(name)} has been removed from your repositories\n`);
    }
  },
};

const index: Command = {
  use: 'index [DIR] [flags]',
  short: 'generate an index file given a directory containing packaged charts',
  args: helmArgs('exactly', 1, 'index [DIR]'),
  flags: [
    { name: 'json', type: 'bool', usage: 'output in JSON format' },
    { name: 'merge', type: 'string', usage: 'merge the generated index into the given index' },
    { name: 'url', type: 'string', usage: 'url of chart repository' },
  ],
  run: runIndex,
};

async function runIndex({ args, flags, io }: Call): Promise<void> {
  const folder = path.resolve(io.cwd, args[0] ?? '');
  const archives = [];
  for (const name of await archivesIn(folder)) {
    const archive = await readFile(path.join(folder, name));
    const { metadata } = await loadChart(archive);
    archives.push({ metadata, archive, url: urlOf(flags.string('url'), name) });
  }
  let made = buildIndex(archives, io.clock.now());
  const merge = flags.string('merge');
  if (merge !== '') made = mergeIndex(made, await olderIndex(path.resolve(io.cwd, merge)));
  const text = flags.bool('json') ? goJson(made) : indexText(made);
  await replaceFile(path.join(folder, 'index.yaml'), text);
}

/** Archives of a folder and of the folders in it. */
async function archivesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (thrown) {
    throw new KnownError('not-found', `open ${folder}: no such file or directory`, {
      cause: thrown,
    });
  }
  for (const name of names.toSorted()) {
    if (name.endsWith('.tgz')) found.push(name);
    else if ((await stat(path.join(folder, name))).isDirectory()) {
      const inside = await readdir(path.join(folder, name));
      found.push(
        ...inside.filter((each) => each.endsWith('.tgz')).map((each) => `${name}/${each}`),
      );
    }
  }
  return found;
}

function urlOf(base: string, name: string): string {
  return base === '' ? name : `${base.replace(/\/+$/, '')}/${name}`;
}

/** The index to merge with; one that is not there yet is empty. */
async function olderIndex(file: string): Promise<JsonRecord> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  try {
    const data = unmarshal(text);
    return isRecord(data) ? data : {};
  } catch (thrown) {
    throw new KnownError('invalid', `merge failed: ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** `helm repo add|list|update|remove|index`. */
export const repo: Command = {
  use: 'repo add|remove|list|index|update [ARGS]',
  short: 'add, list, remove, update, and index chart repositories',
  long: '\nThis command consists of multiple subcommands to interact with chart repositories.\n\nIt can be used to add, remove, list, and index chart repositories.\n',
  commands: [add, index, list, remove, update],
};
