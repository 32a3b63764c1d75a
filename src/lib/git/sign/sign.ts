import { KnownError } from '../../../base/index.ts';
import type { Environment } from '../git-program.ts';
import { runProgram } from './keyring.ts';
import type { Keyring } from './keyring.ts';

/** What commits and tags are signed with. */
export interface Signing {
  /** A GPG key's id, or the path of an SSH private key without passphrase. */
  readonly key: string;
  readonly format: 'openpgp' | 'ssh';
  /** Holds the GPG key. */
  readonly keyring?: Keyring;
}

/** What a repository's settings ask for: undefined when they sign nothing. */
export function signingOf(
  settings: { readonly signingKey?: string; readonly signingFormat?: Signing['format'] },
  keyring: Keyring | undefined,
): Signing | undefined {
  const { signingKey: key = '', signingFormat: format = 'openpgp' } = settings;
  if (key === '') return undefined;
  return { key, format, ...(keyring === undefined ? {} : { keyring }) };
}

/** The detached signature of a text, armored, as git keeps it in commits and tags. */
export async function signatureOf(
  text: string,
  signing: Signing,
  environment: Environment = {},
): Promise<string> {
  const { key, keyring } = signing;
  try {
    const bytes =
      signing.format === 'ssh'
        ? await runProgram({
            program: 'ssh-keygen',
            args: ['-Y', 'sign', '-n', 'git', '-f', key],
            env: { PATH: environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' },
            input: text,
          })
        : await keyring?.gpg(['--detach-sign', '--armor', '--local-user', key], text);
    if (bytes === undefined) throw new KnownError('invalid', 'there is no keyring');
    return bytes.toString('utf8').trimEnd();
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError(thrown.code, `cannot sign with the key ${key}: ${thrown.message}`);
  }
}

/** A commit's text with its signature in the header, where git looks for it. */
export function signedCommit(text: string, signature: string): string {
  const end = text.indexOf('\n\n');
  const header = `gpgsig ${signature.replaceAll('\n', '\n ')}`;
  return `${text.slice(0, end)}\n${header}${text.slice(end)}`;
}
