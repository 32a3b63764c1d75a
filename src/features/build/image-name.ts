import { invalid } from '../../base/index.ts';
import type { Clock } from '../../base/index.ts';
import { describeWorkTree } from '../../lib/git/index.ts';
import type { Environment, WorkTreeFacts } from '../../lib/git/index.ts';

const needs: Readonly<Record<string, string>> = {
  sha: 'SHA',
  branch: 'branch and SHA',
  describe: 'Tag and SHA',
};

/**
 * The image of a function under faas-cli's `--tag` rule: `user/fn` with `branch` on master at eb656a6 is
 * `user/fn:latest-master-eb656a6`. Characters that no tag may have become `-` (a branch `a/b`).
 * Throws `KnownError('invalid')` for an unknown format or outside of a git repository.
 */
export async function imageName(
  image: string,
  options: {
    /** `latest`, `sha`, `branch`, `describe`; '' and `default` are `latest`. */
    readonly tag: string;
    /** A folder of the work tree. */
    readonly dir: string;
    readonly clock: Clock;
    readonly environment?: Environment;
  },
): Promise<string> {
  const { tag } = options;
  const tagged = withTag(image);
  if (tag === '' || tag === 'latest' || tag === 'default') return tagged;
  const what = needs[tag];
  if (what === undefined) throw invalid(`unknown image tag format: '${tag}'`);
  const facts = await describeWorkTree(options);
  if (facts === undefined) {
    throw invalid(`cannot tag image with Git ${what} as this is not a Git repository`);
  }
  return `${tagged}-${suffix(tag, facts).replaceAll(/[^\w.-]/g, '-')}`;
}

function withTag(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.includes(':') ? image : `${image}:latest`;
}

function suffix(tag: string, facts: WorkTreeFacts): string {
  if (tag === 'sha') return facts.shortRevision;
  return tag === 'branch' ? `${facts.branch}-${facts.shortRevision}` : facts.description;
}
