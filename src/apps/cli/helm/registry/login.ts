import { KnownError, hide } from '../../../../base/index.ts';
import { createRegistryClient } from '../../../../lib/oci/index.ts';
import { transportTo } from '../access.ts';
import { helmArgs } from '../args.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { readAll } from '../../io.ts';
import { keepLogin } from './credentials.ts';
import type { RegistryLogin } from './credentials.ts';
import { inOrasWords } from './oras-text.ts';

const login: Command = {
  use: 'login [host] [flags]',
  short: 'login to a registry',
  long: '\nAuthenticate to a remote registry.\n',
  args: helmArgs('at least', 1, 'login [host]'),
  flags: [
    {
      name: 'ca-file',
      type: 'string',
      usage: 'verify certificates of HTTPS-enabled servers using this CA bundle',
    },
    {
      name: 'cert-file',
      type: 'string',
      usage: 'identify registry client using this SSL certificate file',
    },
    {
      name: 'insecure',
      type: 'bool',
      usage: 'allow connections to TLS registry without certs',
    },
    {
      name: 'key-file',
      type: 'string',
      usage: 'identify registry client using this SSL key file',
    },
    {
      name: 'password',
      shorthand: 'p',
      type: 'string',
      usage: 'registry password or identity token',
    },
    {
      name: 'password-stdin',
      type: 'bool',
      usage: 'read password or identity token from stdin',
    },
    {
      name: 'plain-http',
      type: 'bool',
      usage: 'use insecure HTTP connections for the chart upload',
    },
    { name: 'username', shorthand: 'u', type: 'string', usage: 'registry username' },
  ],
  run: async (call) => {
    const host = plainHost(call.args[0] ?? '');
    const given = await loginOf(call);
    await inOrasWords(
      () => clientFor(call, host, given).ping(host, call.io.signal),
      (text) => `authenticating to ${JSON.stringify(host)}: ${text}`,
    );
    await keepLogin(call, host, given);
    call.io.stderr.write('Login Succeeded\n');
  },
};

function clientFor(
  { flags, io }: Call,
  host: string,
  given: RegistryLogin,
): ReturnType<typeof createRegistryClient> {
  const tls = {
    certFile: flags.string('cert-file'),
    keyFile: flags.string('key-file'),
    caFile: flags.string('ca-file'),
    insecure: flags.bool('insecure'),
  };
  return createRegistryClient({
    transport: transportTo(io, `https://${host}`, tls),
    clock: io.clock,
    credentials: (registry) => Promise.resolve(registry === host ? given : undefined),
    insecureHosts: flags.bool('plain-http') ? [host] : [],
  });
}

/** A password is not asked for at a terminal: it would have to be read unseen. */
async function loginOf({ flags, io }: Call): Promise<RegistryLogin> {
  const username = flags.string('username');
  if (flags.bool('password-stdin')) {
    const text = (await readAll(io.stdin)).toString('utf8');
    return { username, password: hide(text.replace(/\n$/, '').replace(/\r$/, '')) };
  }
  const password = flags.string('password');
  if (password === '') {
    throw new KnownError(
      'unsupported',
      'a password is not asked for here: give it on standard input with --password-stdin',
    );
  }
  io.stderr.write('WARNING: Using --password via the CLI is insecure. Use --password-stdin.\n');
  return { username, password: hide(password) };
}

/** A URL's scheme and path are left out, as Helm does. */
function plainHost(text: string): string {
  return text.replace(/^(?:oci|https?):\/\//, '').replace(/\/.*$/, '');
}

const logout: Command = {
  use: 'logout [host] [flags]',
  short: 'logout from a registry',
  long: '\nRemove credentials stored for a remote registry.\n',
  args: helmArgs('at least', 1, 'logout [host]'),
  run: async (call) => {
    const [host = ''] = call.args;
    await keepLogin(call, host, undefined);
    call.io.stderr.write(`Removing login credentials for ${host}\n`);
  },
};

/** `helm registry login|logout`. */
export const registry: Command = {
  use: 'registry',
  short: 'login to or logout from a registry',
  long: '\nThis command consists of multiple subcommands to interact with registries.\n',
  commands: [login, logout],
};
