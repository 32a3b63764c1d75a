import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, messageOf } from '../../../../base/index.ts';
import { parseConstraint } from '../../../../lib/gotemplate/index.ts';
import {
  dependencyJson,
  findChart,
  isCompatible,
  loadChart,
  lockDigest,
  oldLockDigest,
  packageChart,
} from '../../../../lib/helm/index.ts';
import type { Chart, Dependency } from '../../../../lib/helm/index.ts';
import { stringify } from '../../../../lib/yaml/index.ts';
import type { Call } from '../../cobra/index.ts';
import { repositoryAt } from '../locate-chart.ts';
import { accessTo, cachedIndex, knownRepositories } from '../repositories.ts';
import type { KnownRepository } from '../repositories.ts';
import { plainUrl, refresh, repositoriesFor, urlOf } from './dependency-repositories.ts';

interface How {
  readonly skipRefresh: boolean;
}

interface Updating {
  readonly call: Call;
  readonly folder: string;
  readonly chart: Chart;
  /** By the URL that dependencies name. */
  readonly repositories: ReadonlyMap<string, KnownRepository>;
}

/** `helm dependency update`: chooses versions, fills charts/, writes the lock when it changed. */
export async function updateDependencies(call: Call, folder: string, how: How): Promise<void> {
  const chart = await loadChart(folder);
  const declared = chart.metadata.dependencies;
  if (declared === undefined) return;
  const known = await knownRepositories(call);
  const asked = declared.map((each) => ({ ...each, repository: urlOf(each, known) }));
  const repositories = await repositoriesFor(call, asked, known);
  if (!how.skipRefresh) await refresh(call, known);
  const updating: Updating = { call, folder, chart, repositories };
  const locked = await chooseVersions(updating, asked);
  const filled = await fillCharts(updating, locked);
  const digest = lockDigest(asked, filled);
  if (chart.lock?.digest === digest) return;
  await writeLock(updating, { digest, locked: filled });
}

/** `helm dependency build`: fills charts/ with what the lock says; with no lock it is an update. */
export async function buildDependencies(call: Call, folder: string, how: How): Promise<void> {
  const chart = await loadChart(folder);
  const { lock, metadata } = chart;
  if (lock === undefined) return updateDependencies(call, folder, how);
  const known = await knownRepositories(call);
  const asked = (metadata.dependencies ?? []).map((each) => ({
    ...each,
    repository: urlOf(each, known),
  }));
  checkLock(chart, asked);
  const repositories = await repositoriesFor(call, lock.dependencies, known, true);
  if (!how.skipRefresh) await refresh(call, known);
  await fillCharts({ call, folder, chart, repositories }, lock.dependencies);
}

function checkLock({ lock, metadata }: Chart, asked: readonly Dependency[]): void {
  const isRight = lockDigest(asked, lock?.dependencies ?? []) === lock?.digest;
  if (isRight) return;
  const isOld = metadata.apiVersion === 'v1';
  if (isOld && oldLockDigest(asked) === lock?.digest) return;
  const [locked, declared] = isOld
    ? ['requirements.lock', 'requirements.yaml']
    : ['Chart.lock', 'Chart.yaml'];
  throw new KnownError(
    'conflict',
    `the lock file (${locked}) is out of sync with the dependencies file (${declared}). Please update the dependencies`,
  );
}

async function chooseVersions(
  updating: Updating,
  asked: readonly Dependency[],
): Promise<Dependency[]> {
  const missing: string[] = [];
  const locked: Dependency[] = [];
  for (const each of asked) {
    const version = await versionFor(updating, each);
    if (version !== undefined) {
      locked.push({ name: each.name, repository: each.repository, version });
      continue;
    }
    const [name, url, wanted] = [each.name, each.repository, each.version ?? ''].map((text) =>
      JSON.stringify(text),
    );
    missing.push(`${name} (repository ${url}, version ${wanted})`);
  }
  if (missing.length === 0) return locked;
  throw new KnownError(
    'not-found',
    `can't get a valid version for ${missing.length} subchart(s): ${missing.join(', ')}. Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml`,
  );
}

async function versionFor(updating: Updating, asked: Dependency): Promise<string | undefined> {
  const { name, repository, version = '' } = asked;
  const { call, folder } = updating;
  checkConstraint(asked);
  if (repository === '' || repository.startsWith('file://')) {
    const place =
      repository === '' ? path.join(folder, 'charts', name) : localFolder(updating, repository);
    const chart = await folderChart(place, path.relative(call.io.cwd, place));
    const found = chart.metadata.version;
    return isCompatible(version, found) ? found : undefined;
  }
  if (repository.startsWith('oci://')) {
    const { registryVersion } = await import('./registry.ts');
    return registryVersion(call, `${plainUrl(repository)}/${name}`, version);
  }
  return (await entryFor(updating, asked))?.metadata.version;
}

function checkConstraint({ name, version = '' }: Dependency): void {
  try {
    parseConstraint(version);
  } catch (thrown) {
    throw new KnownError(
      'invalid',
      `dependency ${JSON.stringify(name)} has an invalid version/constraint format: ${messageOf(thrown)}`,
      { cause: thrown },
    );
  }
}

async function entryFor(
  { call, repositories }: Updating,
  { name, repository, version = '' }: Dependency,
): Promise<ReturnType<typeof findChart>> {
  const known = repositories.get(repository);
  if (known === undefined) {
    throw new KnownError('invalid', `repository ${JSON.stringify(repository)} is not an URL`);
  }
  const index = await cachedIndex(call, known.name).catch((thrown: unknown) => {
    const why = messageOf(thrown).replace(/^no cached repo found\./, '');
    throw new KnownError('not-found', `no cached repository for ${known.name} found.${why}`, {
      cause: thrown,
    });
  });
  if (!index.entries.has(name)) {
    throw new KnownError('not-found', `${name} chart not found in repo ${repository}`);
  }
  return findChart(index, name, version);
}

function localFolder({ folder }: Updating, repository: string): string {
  return path.resolve(folder, repository.slice('file://'.length));
}

async function folderChart(place: string, shown: string): Promise<Chart> {
  const isThere = await readdir(place).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new KnownError('not-found', `directory ${shown} not found`);
  return loadChart(place);
}

interface Fetched {
  readonly dependency: Dependency;
  readonly file?: { readonly name: string; readonly archive: Buffer };
}

/** Downloads everything first; charts/ is changed only when all of it is there. */
async function fillCharts(
  updating: Updating,
  locked: readonly Dependency[],
): Promise<Dependency[]> {
  const { call, folder } = updating;
  call.io.stdout.write(`Saving ${locked.length} charts\n`);
  const seen = new Set<string>();
  const fetched: Fetched[] = [];
  for (const each of locked) fetched.push(await fetchOne(updating, each, seen));
  const target = path.join(folder, 'charts');
  await mkdir(target, { recursive: true });
  call.io.stdout.write('Deleting outdated charts\n');
  const files = new Map(fetched.flatMap(({ file }) => (file ? [[file.name, file.archive]] : [])));
  await deleteOutdated(target, new Set(files.keys()), locked);
  for (const [name, archive] of files) await writeFile(path.join(target, name), archive);
  return fetched.map(({ dependency }) => dependency);
}

async function fetchOne(
  updating: Updating,
  dependency: Dependency,
  seen: Set<string>,
): Promise<Fetched> {
  const { call, folder } = updating;
  const { name, repository, version = '' } = dependency;
  const { stdout } = call.io;
  if (repository === '') {
    stdout.write(
      `Dependency ${name} did not declare a repository. Assuming it exists in the charts directory\n`,
    );
    await folderChart(path.join(folder, 'charts', name), path.join(folder, 'charts', name));
    return { dependency };
  }
  if (repository.startsWith('file://')) {
    const chart = await loadChart(localFolder(updating, repository));
    const { filename, archive } = await packageChart(chart, call.io.clock.now());
    const found = { ...dependency, version: chart.metadata.version };
    return { dependency: found, file: { name: filename, archive } };
  }
  const key = `${repository} ${name} ${version}`;
  if (seen.has(key)) {
    stdout.write(`Already downloaded ${name} from repo ${repository}\n`);
    return { dependency };
  }
  seen.add(key);
  stdout.write(`Downloading ${name} from repo ${repository}\n`);
  try {
    return { dependency, file: await download(updating, dependency) };
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError(thrown.code, `could not download ${name}: ${thrown.message}`, {
      cause: thrown,
    });
  }
}

async function download(
  updating: Updating,
  dependency: Dependency,
): Promise<{ name: string; archive: Buffer }> {
  const { call, repositories } = updating;
  const { name, repository, version = '' } = dependency;
  if (repository.startsWith('oci://')) {
    const { pullChart } = await import('./registry.ts');
    const { archive } = await pullChart(call, `${plainUrl(repository)}/${name}`, version);
    return { name: `${name}-${version}.tgz`, archive };
  }
  const entry = await entryFor(updating, dependency);
  const known = repositories.get(repository);
  if (entry === undefined || known === undefined) {
    throw new KnownError('not-found', `chart ${name} ${version} not found in ${repository}`);
  }
  const opened = repositoryAt(call, known.url, accessTo(known));
  return { name: `${name}-${entry.metadata.version}.tgz`, archive: await opened.download(entry) };
}

/** Archives of charts that are no longer wanted go; what is no chart, and unpacked charts, stay. */
async function deleteOutdated(
  folder: string,
  keep: ReadonlySet<string>,
  locked: readonly Dependency[],
): Promise<void> {
  const local = new Set(locked.flatMap((each) => (each.repository === '' ? [each.name] : [])));
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.tgz') || keep.has(name)) continue;
    const file = path.join(folder, name);
    const chart = await loadChart(await readFile(file)).catch(() => undefined);
    if (chart === undefined || local.has(chart.metadata.name)) continue;
    await rm(file);
  }
}

async function writeLock(
  { call, folder, chart }: Updating,
  { digest, locked }: { digest: string; locked: readonly Dependency[] },
): Promise<void> {
  const name = chart.metadata.apiVersion === 'v1' ? 'requirements.lock' : 'Chart.lock';
  const data = {
    dependencies: locked.map(dependencyJson),
    digest,
    generated: call.io.clock.now().toISOString(),
  };
  await writeFile(path.join(folder, name), stringify(data));
}
