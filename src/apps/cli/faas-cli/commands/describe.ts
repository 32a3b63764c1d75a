import { isRecord, KnownError } from '../../../../base/index.ts';
import type { JsonRecord } from '../../../../base/index.ts';
import type { Command } from '../../cobra/index.ts';
import { failureOf, gatewayClient, listOf } from '../gateway-client.ts';
import { envsubstFlag, gatewayFlags } from '../shared-flags.ts';
import { findStack } from '../stack-file.ts';

/** `faas-cli describe NAME` */
export const describe: Command = {
  use: 'describe FUNCTION_NAME [--gateway GATEWAY_URL] [--json]',
  short: 'Describe an OpenFaaS function',
  long: 'Display details of an OpenFaaS function',
  example: `  faas-cli describe figlet
  faas-cli describe env --gateway http://127.0.0.1:8080`,
  flags: [
    ...gatewayFlags,
    { name: 'verbose', shorthand: 'v', type: 'bool', usage: 'Enable verbose output' },
    { name: 'json', shorthand: 'j', type: 'bool', usage: 'Output function details as JSON' },
    envsubstFlag,
  ],
  async run(call) {
    const { args, flags, io } = call;
    const [name] = args;
    if (name === undefined) {
      throw new KnownError('invalid', 'please provide a name for the function');
    }
    const client = await gatewayClient(call, (await findStack(call))?.gateway ?? '');
    const query = { namespace: flags.string('namespace') };
    const path = `/system/function/${encodeURIComponent(name)}`;
    const answer = await client.send('GET', path, { query });
    if (answer.status === 404) {
      throw new KnownError('not-found', `no such function: ${name}`);
    }
    if (answer.status !== 200) throw await failureOf(answer);
    const found = (await answer.json()) as JsonRecord;
    const all = await listOf(client, await client.send('GET', '/system/functions', { query }));
    const counted = all.find((each) => each.name === found.name);
    const suffix = flags.string('namespace') === '' ? name : `${name}.${flags.string('namespace')}`;
    const shown = {
      ...found,
      status: Number(found.availableReplicas ?? 0) > 0 ? 'Ready' : 'Not Ready',
      invocationCount: Math.trunc(Number(counted?.invocationCount ?? 0)),
      url: `${client.url}/function/${suffix}`,
      asyncUrl: `${client.url}/async-function/${suffix}`,
    };
    if (flags.bool('json')) io.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    else io.stdout.write(textOf(shown, flags.bool('verbose')));
  },
};

function textOf(shown: JsonRecord, isVerbose: boolean): string {
  const fields: Array<[string, unknown]> = [
    ['Name', shown.name],
    ['Status', shown.status],
    ['Replicas', shown.replicas ?? 0],
    ['Available Replicas', shown.availableReplicas ?? 0],
    ['Invocations', shown.invocationCount],
    ['Image', shown.image],
    ['Function Process', shown.envProcess || '<default>'],
    ['URL', shown.url],
    ['Async URL', shown.asyncUrl],
    ['Labels', shown.labels],
    ['Annotations', shown.annotations],
    ['Constraints', shown.constraints],
    ['Environment', shown.envVars],
    ['Secrets', shown.secrets],
    ['Requests', shown.requests],
    ['Limits', shown.limits],
  ];
  const rows = fields.flatMap(([title, value]) => rowsOf(title, value, isVerbose));
  const width = Math.max(...rows.map(([title]) => title.length)) + 1;
  return rows.map(([title, value]) => `${title.padEnd(width)}${value}\n`).join('');
}

function rowsOf(title: string, value: unknown, isVerbose: boolean): Array<[string, string]> {
  const lines = linesOf(value);
  if (lines.length === 0) return isVerbose ? [[`${title}:`, '<none>']] : [];
  return lines.map((line, at) => [at === 0 ? `${title}:` : '', line]);
}

/** A value as lines: maps as `key: value`, sorted. */
function linesOf(value: unknown): string[] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value.map(String);
  if (!isRecord(value)) return [String(value)];
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => `${key}: ${String(each)}`);
}
