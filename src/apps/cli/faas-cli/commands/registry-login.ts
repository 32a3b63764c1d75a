import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../../base/index.ts';
import type { Command } from '../../cobra/index.ts';
import { readAll } from '../../io.ts';

const dockerHub = 'https://index.docker.io/v1/';

/** `faas-cli registry-login`: writes `./credentials/config.json`. */
export const registryLogin: Command = {
  use: 'registry-login',
  short: 'Generate and save the registry authentication file',
  flags: [
    { name: 'server', type: 'string', default: dockerHub, usage: 'The server URL' },
    { name: 'username', shorthand: 'u', type: 'string', usage: 'The registry username' },
    { name: 'password', type: 'string', usage: 'The registry password' },
    {
      name: 'password-stdin',
      shorthand: 's',
      type: 'bool',
      usage: 'Reads the docker password from stdin',
    },
    { name: 'ecr', type: 'bool', usage: 'Use ECR', hidden: true },
  ],
  async run({ flags, io }) {
    if (flags.bool('ecr')) throw new KnownError('unsupported', '--ecr is not supported');
    const username = flags.string('username');
    const password = flags.bool('password-stdin')
      ? String(await readAll(io.stdin)).trim()
      : flags.string('password');
    if (username === '' || password === '') {
      throw new KnownError(
        'invalid',
        'you must give --username (-u), and --password (-p) or --password-stdin',
      );
    }
    const auth = Buffer.from(`${username}:${password}`).toString('base64');
    const file = path.join(io.cwd, 'credentials', 'config.json');
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const auths = { [flags.string('server')]: { auth } };
    await writeFile(file, `${JSON.stringify({ auths }, null, 2)}\n`, { mode: 0o600 });
    io.stdout.write(`\nWrote: ${path.join('credentials', 'config.json')}\n`);
  },
};
