import { hide, KnownError } from '../../../../base/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { readAll } from '../../io.ts';
import { removeLogin, saveLogin } from '../config-file.ts';
import { failureOf, fetchFrom } from '../gateway-client.ts';
import { gatewayUrl, plainHttpWarning } from '../gateway-url.ts';
import { defaultGateway } from '../shared-flags.ts';

const gatewayFlag = {
  name: 'gateway',
  shorthand: 'g',
  type: 'string',
  default: defaultGateway,
  usage: 'Gateway URL starting with http(s)://',
} as const;

/** `faas-cli login` */
export const login: Command = {
  use: 'login [--username admin|USERNAME] [--password PASSWORD] [--gateway GATEWAY_URL] [--tls-no-verify]',
  short: 'Log in to OpenFaaS gateway',
  long: 'Log in to OpenFaaS gateway.\nIf no gateway is specified, the default value will be used.',
  flags: [
    gatewayFlag,
    {
      name: 'username',
      shorthand: 'u',
      type: 'string',
      default: 'admin',
      usage: 'Gateway username',
    },
    { name: 'password', shorthand: 'p', type: 'string', usage: 'Gateway password' },
    {
      name: 'password-stdin',
      shorthand: 's',
      type: 'bool',
      usage: 'Reads the gateway password from stdin',
    },
    { name: 'tls-no-verify', type: 'bool', usage: 'Disable TLS validation' },
    {
      name: 'timeout',
      type: 'duration',
      default: '5s',
      usage: 'Override the timeout for this API call',
    },
  ],
  async run(call) {
    const { flags, io } = call;
    const username = flags.string('username');
    const password = await passwordOf(call);
    io.stdout.write('Calling the OpenFaaS server to validate the credentials...\n');
    const gateway = gatewayUrl(flags.string('gateway'), '', io.env.OPENFAAS_URL);
    const token = hide(Buffer.from(`${username}:${password}`).toString('base64'));
    io.stdout.write(plainHttpWarning(gateway, flags.bool('tls-no-verify')));
    const answer = await fetchFrom(gateway, `${gateway}/system/functions`, {
      headers: { authorization: `Basic ${token.reveal()}` },
      signal: AbortSignal.any([io.signal, AbortSignal.timeout(flags.number('timeout'))]),
      noVerify: flags.bool('tls-no-verify'),
    });
    if (answer.status === 401) {
      const message = 'unable to login, either username or password is incorrect';
      throw new KnownError('denied', message);
    }
    if (answer.status !== 200) throw await failureOf(answer);
    await saveLogin(io, { gateway, auth: 'basic', token });
    io.stdout.write(`credentials saved for ${username} ${gateway}\n`);
  },
};

async function passwordOf({ flags, io }: Call): Promise<string> {
  if (flags.string('username') === '') {
    throw new KnownError('invalid', 'must provide --username or -u');
  }
  let password = flags.string('password');
  if (password !== '') {
    io.stdout.write(
      'WARNING! Using --password is insecure, consider using: cat ~/faas_pass.txt | faas-cli login -u user --password-stdin\n',
    );
    if (flags.bool('password-stdin')) {
      throw new KnownError('invalid', '--password and --password-stdin are mutually exclusive');
    }
  }
  if (flags.bool('password-stdin')) password = String(await readAll(io.stdin));
  if (password.trim() !== '') return password.trim();
  throw new KnownError(
    'invalid',
    'must provide a non-empty password via --password or --password-stdin',
  );
}

/** `faas-cli logout` */
export const logout: Command = {
  use: 'logout [--gateway GATEWAY_URL]',
  short: 'Log out from OpenFaaS gateway',
  flags: [gatewayFlag],
  async run({ flags, io }) {
    const gateway = gatewayUrl(flags.string('gateway'), '', io.env.OPENFAAS_URL);
    await removeLogin(io, gateway);
    io.stdout.write(`credentials removed for ${gateway}\n`);
  },
};
