import type { JsonRecord } from '../../../../base/index.ts';
import type { Command } from '../../cobra/index.ts';
import { gatewayClient, listOf } from '../gateway-client.ts';
import { envsubstFlag, gatewayFlags } from '../shared-flags.ts';
import { findStack } from '../stack-file.ts';

const minImageWidth = 40;

const orders: Readonly<Record<string, (a: JsonRecord, b: JsonRecord) => number>> = {
  name: (a, b) => compare(String(a.name), String(b.name)),
  invocations: (a, b) => countOf(b, 'invocationCount') - countOf(a, 'invocationCount'),
  creation: (a, b) => compare(String(a.createdAt), String(b.createdAt)),
};

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function countOf(row: JsonRecord, field: string): number {
  const value = row[field];
  return typeof value === 'number' ? Math.trunc(value) : 0;
}

/** `faas-cli list` */
export const list: Command = {
  use: 'list [--gateway GATEWAY_URL] [--verbose] [--tls-no-verify] [--json]',
  aliases: ['ls'],
  short: 'List OpenFaaS functions',
  long: 'Lists OpenFaaS functions either on a local or remote gateway',
  example: `  faas-cli list
  faas-cli list --gateway https://127.0.0.1:8080 --verbose`,
  flags: [
    ...gatewayFlags,
    {
      name: 'verbose',
      shorthand: 'v',
      type: 'bool',
      usage: 'Verbose output for the function list',
    },
    {
      name: 'quiet',
      shorthand: 'q',
      type: 'bool',
      usage: "Quiet mode - print out only the function's ID",
    },
    {
      name: 'sort',
      type: 'string',
      default: 'name',
      usage: 'Sort the functions by "name", "invocations", or "creation"',
    },
    { name: 'json', shorthand: 'j', type: 'bool', usage: 'Output as JSON' },
    envsubstFlag,
  ],
  async run(call) {
    const { flags, io } = call;
    const client = await gatewayClient(call, (await findStack(call))?.gateway ?? '');
    const query = { namespace: flags.string('namespace') };
    const rows = await listOf(client, await client.send('GET', '/system/functions', { query }));
    const order = orders[flags.string('sort')];
    if (order !== undefined) rows.sort(order);
    if (flags.bool('json')) io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    else if (flags.bool('quiet')) for (const row of rows) io.stdout.write(`${String(row.name)}\n`);
    else io.stdout.write(flags.bool('verbose') ? wideText(rows) : shortText(rows));
  },
};

function shortText(rows: readonly JsonRecord[]): string {
  const line = (name: string, invocations: string, replicas: string): string =>
    `${name.padEnd(30)}\t${invocations.padEnd(15)}\t${replicas.padEnd(5)}\n`;
  return (
    line('Function', 'Invocations', 'Replicas') +
    rows.map((row) => line(String(row.name), invocationsOf(row), replicasOf(row))).join('')
  );
}

function wideText(rows: readonly JsonRecord[]): string {
  const width = Math.max(minImageWidth, ...rows.map(({ image }) => String(image).length));
  const head = [
    'Function'.padEnd(30),
    'Image'.padEnd(width),
    'Invocations'.padEnd(15),
    'Replicas',
    'CreatedAt',
  ];
  const lines = rows.map((row) =>
    [
      String(row.name).padEnd(30),
      String(row.image).padEnd(width),
      invocationsOf(row).padEnd(15),
      replicasOf(row).padEnd(5),
      '',
      String(row.createdAt ?? '').padEnd(5),
    ].join('\t'),
  );
  return `${[head.join('\t'), ...lines].join('\n')}\n`;
}

function invocationsOf(row: JsonRecord): string {
  return String(countOf(row, 'invocationCount'));
}

function replicasOf(row: JsonRecord): string {
  return String(countOf(row, 'replicas'));
}
