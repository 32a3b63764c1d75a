import { KnownError } from '../../base/index.ts';
import type { GitProgram } from './git-program.ts';
import type { Notes } from './mirror.ts';
import type { ObjectReader } from './object-reader.ts';
import { refName } from './ref-name.ts';
import { oidOf, readBlob } from './tree.ts';
import { identityEnv } from './write-commit.ts';

/** Notes of `refs/notes/<ref>`. */
export function openNotes(
  git: GitProgram,
  gitDir: string,
  reader: ObjectReader,
  ref: string,
): Notes {
  const full = refName(ref.startsWith('refs/') ? ref : `refs/notes/${ref}`);
  return {
    read: async (revision) => (await listNotes(git, gitDir, full, reader)).get(revision)?.(),
    readSome: async (revisions) => {
      const all = await listNotes(git, gitDir, full, reader);
      const found = new Map<string, string>();
      for (const revision of revisions) {
        const load = all.get(revision);
        if (load !== undefined) found.set(revision, await load());
      }
      return found;
    },
    readAll: async () => {
      const all = await listNotes(git, gitDir, full, reader);
      const texts = [...all].map(async ([revision, load]) => [revision, await load()] as const);
      return new Map(await Promise.all(texts));
    },
    append: async ({ revision, text, author }) => {
      await git.run({
        gitDir,
        env: identityEnv(author, author, git.clock),
        args: ['notes', `--ref=${full}`, 'add', '-f', '-F', '-', oidOf(revision)],
        input: text,
      });
    },
  };
}

async function listNotes(
  git: GitProgram,
  gitDir: string,
  ref: string,
  reader: ObjectReader,
): Promise<Map<string, () => Promise<string>>> {
  const answer = await git.ask({ gitDir, args: ['notes', `--ref=${ref}`, 'list'] });
  if (answer.code !== 0) throw new KnownError('failed', `git notes list failed: ${answer.stderr}`);
  const lines = answer.stdout.toString('utf8').split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [note = '', revision = ''] = line.split(' ');
      return [revision, async () => (await readBlob(reader, note)).toString('utf8').trimEnd()];
    }),
  );
}
