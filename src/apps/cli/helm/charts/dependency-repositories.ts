import { createHash } from 'node:crypto';
import { KnownError, hide } from '../../../../base/index.ts';
import type { Dependency } from '../../../../lib/helm/index.ts';
import { accessOf } from '../access.ts';
import type { Call } from '../../cobra/index.ts';
import { updateRepositories } from '../repo/update.ts';
import type { KnownRepository } from '../repositories.ts';

/** The URL behind `@alias` and `alias:name`. */
export function urlOf({ repository }: Dependency, known: readonly KnownRepository[]): string {
  const alias = /^(?:@|alias:)(.*)$/.exec(repository)?.[1];
  if (alias === undefined) return repository;
  const found = known.find(({ name }) => name === alias);
  if (found !== undefined) return found.url;
  throw new KnownError(
    'not-found',
    `no repository definition for ${repository}. Please add them via 'helm repo add'`,
  );
}

const isRemote = (url: string): boolean => /^https?:\/\//.test(url);
/** An URL without slashes at its end. */
export function plainUrl(url: string): string {
  return url.replace(/\/+$/, '');
}

/** Repositories that `helm repo add` never saw get a name made of their URL, and their index is fetched. */
export async function repositoriesFor(
  call: Call,
  dependencies: readonly Dependency[],
  known: readonly KnownRepository[],
  mustBeKnown = false,
): Promise<Map<string, KnownRepository>> {
  const found = new Map<string, KnownRepository>();
  const added = new Map<string, KnownRepository>();
  for (const { repository: url } of dependencies.filter((each) => isRemote(each.repository))) {
    const same = known.find((each) => plainUrl(each.url) === plainUrl(url));
    const repository = same ?? added.get(url) ?? unmanaged(call, url);
    if (same === undefined) added.set(url, repository);
    found.set(url, repository);
  }
  if (mustBeKnown && added.size > 0) {
    throw new KnownError(
      'not-found',
      `no repository definition for ${[...added.keys()].join(', ')}. Please add the missing repos via 'helm repo add'`,
    );
  }
  if (added.size > 0) {
    call.io.stdout.write('Getting updates for unmanaged Helm repositories...\n');
    await updateRepositories(call, [...added.values()], undefined, ({ url }) => url);
  }
  return found;
}

function unmanaged(call: Call, url: string): KnownRepository {
  const { credentials, tls } = accessOf(call);
  const digest = createHash('sha256').update(plainUrl(url)).digest('hex');
  return {
    name: `helm-manager-${digest}`,
    url,
    username: credentials?.username ?? '',
    password: credentials?.password ?? hide(''),
    ...tls,
    passToAll: false,
  };
}

/** Fetches the index of every repository of repositories.yaml. */
export async function refresh(call: Call, known: readonly KnownRepository[]): Promise<void> {
  if (known.length === 0) return;
  const { stdout } = call.io;
  stdout.write('Hang tight while we grab the latest from your chart repositories...\n');
  await updateRepositories(call, known);
  stdout.write('Update Complete. ⎈Happy Helming!⎈\n');
}
