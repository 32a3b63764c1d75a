import type { Command } from '../../cobra/index.ts';
import { failureOf, gatewayClient } from '../gateway-client.ts';
import { gatewayFlags } from '../shared-flags.ts';

/** `faas-cli namespaces` */
export const namespaces: Command = {
  use: 'namespaces [--gateway GATEWAY_URL] [--tls-no-verify] [--token JWT_TOKEN]',
  aliases: ['ns'],
  short: 'List OpenFaaS namespaces',
  flags: gatewayFlags,
  async run(call) {
    const client = await gatewayClient(call, '');
    const answer = await client.send('GET', '/system/namespaces');
    if (answer.status !== 200) throw await failureOf(answer);
    const names = (await answer.json()) as unknown;
    const lines = (Array.isArray(names) ? names : []).map((name) => ` - ${String(name)}\n`);
    call.io.stdout.write(`Namespaces:\n${lines.join('')}`);
  },
};
