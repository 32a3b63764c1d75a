import { spawn } from 'node:child_process';
import path from 'node:path';
import { hide, isRecord, KnownError } from '../../../base/index.ts';
import type { Clock, Hidden, JsonRecord } from '../../../base/index.ts';

/** A program that logs a user in, as `users[].user.exec` of a kubeconfig names it. */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told when the program is not there. */
  readonly installHint: string;
  /** What the program is told of the cluster, where it asks for that. */
  readonly cluster: JsonRecord | undefined;
  /** Whether it may ask the person at the terminal. */
  readonly isInteractive: boolean;
  /** Tells whether its answer holds yet. */
  readonly clock: Clock;
}

/** What a login gave. */
export interface Credentials {
  readonly token?: Hidden<string>;
  readonly clientCert?: string;
  readonly clientKey?: Hidden<string>;
  /** Until when they hold; they hold for the whole process when absent. */
  readonly expires?: Date;
}

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const modes = ['Never', 'IfAvailable', 'Always'];

/** How programs are run that log users in. */
export interface PluginHost {
  /** What they inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether somebody sits at standard input. */
  readonly isInteractive: boolean;
  readonly clock: Clock;
}

/**
 * Reads `exec` of a user. A command with a slash is taken from the kubeconfig's folder.
 * @throws {KnownError} `invalid` for what kubectl refuses too, in its words.
 */
export function execPluginOf(
  exec: JsonRecord,
  { host, dir, cluster }: { host: PluginHost; dir: string; cluster: JsonRecord },
): ExecPlugin {
  const { command, apiVersion, mode } = checked(exec, host);
  const own = listOf(exec.env).filter(isRecord);
  return {
    apiVersion,
    command: command.includes('/') ? path.resolve(dir, command) : command,
    args: listOf(exec.args).map(String),
    env: {
      ...host.env,
      ...Object.fromEntries(own.map(({ name, value }) => [String(name), String(value ?? '')])),
    },
    installHint: typeof exec.installHint === 'string' ? exec.installHint : '',
    cluster: exec.provideClusterInfo === true ? cluster : undefined,
    isInteractive: host.isInteractive && mode !== 'Never',
    clock: host.clock,
  };
}

function checked(
  exec: JsonRecord,
  host: PluginHost,
): { command: string; apiVersion: string; mode: string } {
  const { command, apiVersion, interactiveMode: mode = 'IfAvailable' } = exec;
  if (typeof command !== 'string' || command === '') {
    throw new KnownError('invalid', 'invalid kubeconfig: exec.command must be specified');
  }
  if (typeof apiVersion !== 'string' || !versions.includes(apiVersion)) {
    const shown = JSON.stringify(apiVersion ?? '');
    throw new KnownError('invalid', `exec plugin: invalid apiVersion ${shown}`);
  }
  if (typeof mode !== 'string' || !modes.includes(mode)) {
    const shown = JSON.stringify(mode);
    throw new KnownError('invalid', `invalid interactiveMode ${shown} of exec plugin ${command}`);
  }
  if (mode === 'Always' && !host.isInteractive) {
    throw new KnownError(
      'invalid',
      `exec plugin cannot support interactive mode: ${command} wants a terminal, standard input is none`,
    );
  }
  return { command, apiVersion, mode };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * Runs the program and reads the ExecCredential that it prints. What it says on standard error is shown
 * to the person; what it prints is never part of an error, for it holds the secret.
 * @throws {KnownError} `denied`, in kubectl's words.
 */
export async function runExecPlugin(plugin: ExecPlugin): Promise<Credentials> {
  const printed = await printedBy(plugin);
  let credential: unknown;
  try {
    credential = JSON.parse(printed);
  } catch {
    throw refused(`decoding stdout: it is not JSON`);
  }
  if (!isRecord(credential) || credential.kind !== 'ExecCredential') {
    throw refused('decoding stdout: it is no ExecCredential');
  }
  if (credential.apiVersion !== plugin.apiVersion) {
    throw refused(
      `exec plugin is configured to use API version ${plugin.apiVersion}, plugin returned version ${String(credential.apiVersion)}`,
    );
  }
  return credentialsOf(credential.status);
}

function credentialsOf(status: unknown): Credentials {
  if (!isRecord(status)) throw refused("exec plugin didn't return a status field");
  const text = (name: string): string | undefined => {
    const value = status[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [token, clientCert] = [text('token'), text('clientCertificateData')];
  const [clientKey, expires] = [text('clientKeyData'), text('expirationTimestamp')];
  if (token === undefined && clientCert === undefined && clientKey === undefined) {
    throw refused("exec plugin didn't return a token or cert/key pair");
  }
  if ((clientCert === undefined) !== (clientKey === undefined)) {
    throw refused('exec plugin returned only certificate or key, not both');
  }
  return {
    ...(token === undefined ? {} : { token: hide(token) }),
    ...(clientCert === undefined ? {} : { clientCert }),
    ...(clientKey === undefined ? {} : { clientKey: hide(clientKey) }),
    ...(expires === undefined ? {} : { expires: new Date(expires) }),
  };
}

const largestAnswerBytes = 1024 * 1024;

function printedBy({ command, args, env, ...plugin }: ExecPlugin): Promise<string> {
  const spec = { interactive: plugin.isInteractive, ...clusterSpec(plugin.cluster) };
  const told = { kind: 'ExecCredential', apiVersion: plugin.apiVersion, spec };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...env, KUBERNETES_EXEC_INFO: JSON.stringify(told) },
      stdio: [plugin.isInteractive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
    });
    const parts: Buffer[] = [];
    let size = 0;
    child.stdout?.on('data', (part: Buffer) => {
      size += part.length;
      if (size > largestAnswerBytes) child.kill();
      else parts.push(part);
    });
    child.on('error', () => {
      const hint = plugin.installHint === '' ? '' : `\n\n${plugin.installHint}`;
      reject(refused(`exec: executable ${command} not found${hint}`));
    });
    child.on('close', (code) => {
      if (size > largestAnswerBytes) reject(refused(`exec: executable ${command} prints too much`));
      else if (code === 0) resolve(Buffer.concat(parts).toString());
      else reject(refused(`exec: executable ${command} failed with exit code ${code}`));
    });
  });
}

function clusterSpec(cluster: JsonRecord | undefined): JsonRecord {
  return cluster === undefined ? {} : { cluster };
}

function refused(why: string): KnownError {
  return new KnownError('denied', `Unable to connect to the server: getting credentials: ${why}`);
}
