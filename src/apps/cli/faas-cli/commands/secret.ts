import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../../base/index.ts';
import type { Call, Command, Flag } from '../../cobra/index.ts';
import { readAll } from '../../io.ts';
import { failureOf, gatewayClient, listOf } from '../gateway-client.ts';
import { gatewayFlags } from '../shared-flags.ts';

const valueFlags: readonly Flag[] = [
  ...gatewayFlags,
  { name: 'from-literal', type: 'string', usage: 'Value of the secret' },
  { name: 'from-file', type: 'string', usage: 'Path to the secret file' },
  {
    name: 'trim',
    type: 'bool',
    default: 'true',
    usage: 'trim whitespace from the start and end of the secret value',
  },
];

const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** `faas-cli secret create|update|list|remove` */
export const secret: Command = {
  use: 'secret',
  short: 'OpenFaaS secret commands',
  long: 'Manage function secrets',
  commands: [
    {
      use: 'create SECRET_NAME [--from-literal=VALUE | --from-file=PATH | STDIN]',
      short: 'Create a new secret',
      flags: valueFlags,
      run: (call) => write(call, 'POST'),
    },
    {
      use: 'update SECRET_NAME [--from-literal=VALUE | --from-file=PATH | STDIN]',
      aliases: ['u'],
      short: 'Update a secret',
      flags: valueFlags,
      run: (call) => write(call, 'PUT'),
    },
    { use: 'list', aliases: ['ls'], short: 'List all secrets', flags: gatewayFlags, run: runList },
    {
      use: 'remove SECRET_NAME',
      aliases: ['rm'],
      short: 'remove a secret',
      flags: gatewayFlags,
      run: runRemove,
    },
  ],
};

function nameOf({ args }: Call): string {
  const [name] = args;
  if (name === undefined) throw new KnownError('invalid', 'secret name required');
  if (dnsSubdomain.test(name) && name.length <= 253) return name;
  throw new KnownError(
    'invalid',
    `invalid secret name ${JSON.stringify(name)}: it must be a valid DNS subdomain`,
  );
}

async function valueOf({ flags, io }: Call): Promise<Buffer> {
  const isLiteral = flags.changed('from-literal');
  const file = flags.string('from-file');
  if (isLiteral && file !== '') {
    throw new KnownError(
      'invalid',
      'please provide secret using only one option from --from-literal, --from-file and STDIN',
    );
  }
  if (isLiteral) return Buffer.from(flags.string('from-literal'));
  if (file === '') return readAll(io.stdin);
  try {
    return await readFile(path.resolve(io.cwd, file));
  } catch {
    throw new KnownError('not-found', `unable to read secret file: ${file}`);
  }
}

async function write(call: Call, method: 'POST' | 'PUT'): Promise<void> {
  const { flags, io } = call;
  const name = nameOf(call);
  const raw = await valueOf(call);
  const value = flags.bool('trim') ? raw.toString().trim() : raw.toString();
  if (value === '') {
    throw new KnownError(
      'invalid',
      'must provide a non empty secret via --from-literal, --from-file or STDIN',
    );
  }
  const client = await gatewayClient(call, '');
  const [doing, done] = method === 'POST' ? ['Creating', 'Created'] : ['Updating', 'Updated'];
  io.stdout.write(`${doing} secret: ${name}${method === 'POST' ? '' : '.'}\n`);
  const answer = await client.send(method, '/system/secrets', {
    body: {
      name,
      namespace: flags.string('namespace'),
      value,
      rawValue: (flags.bool('trim') ? Buffer.from(value) : raw).toString('base64'),
    },
  });
  if (answer.status === 409) {
    throw new KnownError('exists', `secret with the name ${JSON.stringify(name)} already exists`);
  }
  if (answer.status === 404) throw new KnownError('not-found', `unable to find secret: ${name}`);
  if (!answer.ok) throw await failureOf(answer);
  io.stdout.write(`${done}: ${answer.status} ${answer.statusText || 'Accepted'}\n`);
}

async function runList(call: Call): Promise<void> {
  const client = await gatewayClient(call, '');
  const query = { namespace: call.flags.string('namespace') };
  const rows = await listOf(client, await client.send('GET', '/system/secrets', { query }));
  if (rows.length === 0) {
    call.io.stdout.write('No secrets found.\n');
    return;
  }
  const names = rows.map(({ name }) => String(name)).toSorted();
  call.io.stdout.write(`NAME\n${names.map((name) => `${name}\n`).join('')}`);
}

async function runRemove(call: Call): Promise<void> {
  const name = nameOf(call);
  const client = await gatewayClient(call, '');
  const body = { name, namespace: call.flags.string('namespace') };
  const answer = await client.send('DELETE', '/system/secrets', { body });
  if (answer.status === 404) throw new KnownError('not-found', `unable to find secret: ${name}`);
  if (!answer.ok) throw await failureOf(answer);
  call.io.stdout.write('Removed.. OK.\n');
}
