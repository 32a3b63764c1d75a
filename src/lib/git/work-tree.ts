import type { Clock } from '../../base/index.ts';
import { createGitProgram } from './git-program.ts';
import type { Environment } from './git-program.ts';

/** What a folder's own repository says of itself. */
export interface WorkTreeFacts {
  /** As `git rev-parse --abbrev-ref HEAD` has it; `HEAD` when detached. */
  readonly branch: string;
  /** As `git rev-parse --short HEAD` has it. */
  readonly shortRevision: string;
  readonly revision: string;
  /** As `git describe --tags --always` has it. */
  readonly description: string;
  /** When HEAD was committed. */
  readonly committedAt: Date;
}

/** Facts about the work tree that `dir` is in; undefined when it is in none or it has no commit. */
export async function describeWorkTree(options: {
  readonly dir: string;
  readonly clock: Clock;
  readonly environment?: Environment;
}): Promise<WorkTreeFacts | undefined> {
  const git = createGitProgram(options);
  const ask = async (...args: string[]): Promise<string> => {
    const answer = await git.ask({ cwd: options.dir, args });
    return answer.code === 0 ? answer.stdout.toString('utf8').trim() : '';
  };
  const [branch, shortRevision, commit, description] = await Promise.all([
    ask('rev-parse', '--symbolic-full-name', '--abbrev-ref', 'HEAD'),
    ask('rev-parse', '--short', 'HEAD'),
    ask('log', '-1', '--format=%H %ct', '--no-show-signature'),
    ask('describe', '--tags', '--always'),
  ]);
  if (shortRevision === '') return undefined;
  const [revision = '', seconds = '0'] = commit.split(' ');
  const committedAt = new Date(Number(seconds) * 1000);
  return { branch, shortRevision, revision, description, committedAt };
}
