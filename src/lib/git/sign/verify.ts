import { KnownError } from '../../../base/index.ts';
import type { GitProgram } from '../git-program.ts';
import type { CommitSignature } from '../mirror.ts';
import { refName } from '../ref-name.ts';
import { oidOf } from '../tree.ts';
import type { Keyring } from './keyring.ts';

/** Signatures of the commits of a range, oldest first; `isGood` only for keys of the keyring. */
export async function readSignatures(
  git: GitProgram,
  gitDir: string,
  keyring: Keyring | undefined,
  range: {
    readonly from?: string;
    readonly to: string;
    readonly isFirstParent: boolean;
    readonly limit?: number;
  },
): Promise<CommitSignature[]> {
  const { from, to, isFirstParent, limit } = range;
  const output = await git.run({
    gitDir,
    env: environmentOf(keyring),
    args: [
      ...settingsOf(keyring),
      'log',
      '--reverse',
      '--topo-order',
      '--format=%H%x00%G?%x00%GK%x00%P',
      ...(isFirstParent ? ['--first-parent'] : []),
      ...(limit === undefined ? [] : [`--max-count=${limit}`]),
      from === undefined ? oidOf(to) : `${oidOf(from)}..${oidOf(to)}`,
    ],
  });
  const lines = output.toString('utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const [revision = '', status = 'N', key = '', parents = ''] = line.split('\0');
    const [parent = ''] = parents.split(' ');
    const isGood = status === 'G';
    return { revision, parent: parent === '' ? undefined : parent, status, key, isGood };
  });
}

/** Throws a `KnownError('denied')` unless the tag carries a good signature of the keyring. */
export async function verifyTag(
  git: GitProgram,
  gitDir: string,
  keyring: Keyring | undefined,
  name: string,
): Promise<void> {
  const answer = await git.ask({
    gitDir,
    env: environmentOf(keyring),
    args: [...settingsOf(keyring), 'verify-tag', '--raw', refName(`refs/tags/${name}`)],
  });
  const isGood = /^\[GNUPG:\] GOODSIG |^Good "git" signature for /m.test(answer.stderr);
  if (answer.code === 0 && isGood) return;
  throw new KnownError(
    'denied',
    `the tag ${name} has no good signature of a known key: sign it (a signing key does), or keep the state in a secret`,
  );
}

function environmentOf(keyring: Keyring | undefined): Record<string, string> {
  return { GNUPGHOME: keyring?.gnupgHome ?? '/nonexistent' };
}

function settingsOf(keyring: Keyring | undefined): string[] {
  const signers = keyring?.allowedSignersFile ?? '/dev/null';
  return [
    '-c',
    `gpg.program=${keyring?.gpgProgram ?? 'gpg'}`,
    '-c',
    `gpg.ssh.allowedSignersFile=${signers}`,
  ];
}
