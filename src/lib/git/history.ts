import { KnownError } from '../../base/index.ts';
import type { GitProgram } from './git-program.ts';
import type { Commit } from './mirror.ts';
import { insidePath, oidOf } from './tree.ts';

const format = '%H%x00%an%x00%ae%x00%at%x00%B';

/** Commits that `to` has and `from` has not, newest first. */
export async function readLog(
  git: GitProgram,
  gitDir: string,
  options: {
    readonly from?: string;
    readonly to: string;
    readonly paths?: readonly string[];
    readonly limit?: number;
  },
): Promise<Commit[]> {
  const { from, to, limit } = options;
  const range = from === undefined ? oidOf(to) : `${oidOf(from)}..${oidOf(to)}`;
  const paths = (options.paths ?? []).map(insidePath).filter((path) => path !== '');
  const count = limit === undefined ? [] : [`--max-count=${Math.trunc(limit)}`];
  const args = ['log', '-z', '--no-show-signature', `--format=tformat:${format}`, ...count, range];
  const answer = await git.ask({ gitDir, args: [...args, '--', ...paths] });
  if (answer.code !== 0) {
    throw new KnownError(
      'not-found',
      `commits ${range} are not in the repository: ${answer.stderr.trim()}`,
    );
  }
  return parseLog(answer.stdout.toString('utf8'));
}

/** Five fields a commit, each ended by NUL. */
function parseLog(output: string): Commit[] {
  const fields = output.split('\0');
  const commits: Commit[] = [];
  for (let at = 0; at + 4 < fields.length; at += 5) {
    const [revision = '', name = '', email = '', seconds = '0', message = ''] = fields.slice(at);
    const date = new Date(Number(seconds) * 1000);
    commits.push({ revision, message: message.trimEnd(), author: { name, email }, date });
  }
  return commits;
}
