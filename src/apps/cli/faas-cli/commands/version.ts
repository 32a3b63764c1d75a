import { readFile } from 'node:fs/promises';
import { isRecord, KnownError } from '../../../../base/index.ts';
import type { JsonRecord } from '../../../../base/index.ts';
import type { Command } from '../../cobra/index.ts';
import { gatewayClient } from '../gateway-client.ts';
import { envsubstFlag, gatewayFlags } from '../shared-flags.ts';
import { findStack } from '../stack-file.ts';

/** `faas-cli version`: of this program, of the gateway and its provider when it answers. */
export const version: Command = {
  use: 'version [--short-version] [--gateway GATEWAY_URL]',
  short: 'Display the clients version information',
  flags: [
    { name: 'short-version', type: 'bool', usage: 'Just print Git SHA' },
    {
      name: 'warn-update',
      type: 'bool',
      default: 'true',
      usage: 'Taken and without effect',
      hidden: true,
    },
    ...gatewayFlags,
    envsubstFlag,
  ],
  async run(call) {
    const { flags, io } = call;
    const own = await ownVersion();
    if (flags.bool('short-version')) {
      io.stdout.write(`${own}\n`);
      return;
    }
    io.stdout.write(`CLI:\n commit:  \n version: ${own}\n`);
    const client = await gatewayClient(call, (await findStack(call))?.gateway ?? '');
    const info = await client.send('GET', '/system/info').then(
      async (answer) => (answer.ok ? ((await answer.json()) as JsonRecord) : undefined),
      (thrown: unknown) => {
        if (thrown instanceof KnownError) return undefined;
        throw thrown;
      },
    );
    if (info === undefined) return;
    const gateway = recordOf(info.version);
    const provider = recordOf(info.provider);
    const theirs = recordOf(provider.version);
    io.stdout.write(`
Gateway
 uri:     ${client.url}
 version: ${textOf(gateway.release)}
 sha:     ${textOf(gateway.sha)}

Provider
 name:          ${textOf(provider.provider)}
 orchestration: ${textOf(provider.orchestration)}
 version:       ${textOf(theirs.release)}
 sha:           ${textOf(theirs.sha)}
`);
  },
};

async function ownVersion(): Promise<string> {
  const file = new URL('../../../../../package.json', import.meta.url);
  const { version: own } = JSON.parse(await readFile(file, 'utf8')) as { version: string };
  return own;
}

function recordOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
