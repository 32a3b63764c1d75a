import type { Credentials, SshKey } from './mirror.ts';
import type { RemoteUrl } from './safe-url.ts';

/**
 * Variables that let git log in at a remote. The password goes by the environment, as a header for
 * this server alone; it is never an argument, which every user of the machine could read.
 */
export async function remoteEnv(
  remote: RemoteUrl,
  options: { readonly credentials?: Credentials | undefined; readonly ssh?: SshKey | undefined },
): Promise<Record<string, string>> {
  const login = remote.login ?? (await options.credentials?.(remote.url));
  const env: Record<string, string> = {
    GIT_SSH_VARIANT: 'ssh',
    GIT_SSH_COMMAND: sshCommand(options.ssh),
  };
  if (login === undefined || !URL.canParse(remote.url)) return env;
  const { protocol, origin } = new URL(remote.url);
  if (!protocol.startsWith('http')) return env;
  const coded = Buffer.from(`${login.username}:${login.password.reveal()}`).toString('base64');
  return {
    ...env,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${coded}`,
  };
}

/** Git hands this text to a shell: file names are quoted, everything else is fixed. */
function sshCommand(key: SshKey | undefined): string {
  const options = ['BatchMode=yes', 'StrictHostKeyChecking=yes', 'ConnectTimeout=10'];
  const files: string[] = [];
  if (key !== undefined) {
    files.push('-i', quoted(key.keyFile));
    options.push('IdentitiesOnly=yes', 'GlobalKnownHostsFile=/dev/null');
    files.push('-o', quoted(`UserKnownHostsFile="${key.knownHostsFile}"`));
  }
  return ['ssh', '-F', '/dev/null', ...files, ...options.flatMap((each) => ['-o', each])].join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
