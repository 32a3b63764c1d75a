import { KnownError } from '../../../../base/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { failureOf, gatewayClient } from '../gateway-client.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { envsubstFlag, gatewayFlags } from '../shared-flags.ts';
import { findStack } from '../stack-file.ts';

/** `faas-cli remove` */
export const remove: Command = {
  use: `remove FUNCTION_NAME [--gateway GATEWAY_URL]
  faas-cli remove -f YAML_FILE [--regex "REGEX"] [--filter "WILDCARD"]`,
  aliases: ['rm', 'delete'],
  short: 'Remove deployed OpenFaaS functions',
  long: `Removes/deletes deployed OpenFaaS functions either via the supplied YAML config
using the "--yaml" flag (which may contain multiple function definitions), or by
explicitly specifying a function name.`,
  example: `  faas-cli remove -f stack.yaml
  faas-cli remove url-ping`,
  flags: [...gatewayFlags, envsubstFlag],
  async run(call) {
    const { args, flags } = call;
    const stack = args.length === 0 ? await findStack(call) : undefined;
    const client = await gatewayClient(call, stack?.gateway ?? '');
    const given = flags.string('namespace');
    const targets = stack?.functions.map(({ name, namespace }) => [name, given || namespace]);
    if (targets !== undefined && targets.length > 0) {
      for (const [name = '', namespace = ''] of targets) {
        await removeOne(call, client, { name, namespace }).catch((thrown: unknown) => {
          if (!(thrown instanceof KnownError)) throw thrown;
          call.io.stdout.write(`${thrown.message}\n`);
        });
      }
      return;
    }
    const [name] = args;
    if (name === undefined) {
      throw new KnownError('invalid', 'please provide the name of a function to delete');
    }
    await removeOne(call, client, { name, namespace: given });
  },
};

async function removeOne(
  { io }: Call,
  client: GatewayClient,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): Promise<void> {
  io.stdout.write(`Deleting: ${name}.${namespace}\n`);
  const answer = await client.send('DELETE', '/system/functions', {
    query: { namespace },
    body: { functionName: name, ...(namespace === '' ? {} : { namespace }) },
  });
  if (answer.status === 404) throw new KnownError('not-found', 'No existing function to remove');
  if (!answer.ok) throw await failureOf(answer);
  io.stdout.write('Removing old function.\n');
}
