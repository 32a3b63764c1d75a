import { isRecord, KnownError } from '../../../../base/index.ts';
import type { JsonRecord } from '../../../../base/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { failureOf, gatewayClient } from '../gateway-client.ts';
import { envsubstFlag, gatewayFlags } from '../shared-flags.ts';
import { findStack } from '../stack-file.ts';

/** `faas-cli logs NAME` */
export const logs: Command = {
  use: 'logs <NAME> [--tls-no-verify] [--gateway] [--output=text/json]',
  short: 'Fetch logs for a functions',
  long: 'Fetch logs for a given function name in plain text or JSON format.',
  flags: [
    ...gatewayFlags,
    {
      name: 'tail',
      shorthand: 't',
      type: 'bool',
      default: 'true',
      usage: 'tail logs and continue printing new logs until the end of the request, up to 30s',
    },
    {
      name: 'lines',
      type: 'int',
      default: '-1',
      usage: 'number of recent log lines file to display. Defaults to -1, unlimited if <=0',
    },
    {
      name: 'since',
      type: 'duration',
      usage: 'return logs newer than a relative duration like 5s',
    },
    {
      name: 'since-time',
      type: 'string',
      usage: 'include logs since the given timestamp (RFC3339)',
    },
    {
      name: 'output',
      shorthand: 'o',
      type: 'string',
      default: 'plain',
      usage: 'output logs as (plain|keyvalue|json), JSON includes all available keys',
    },
    { name: 'name', type: 'bool', usage: 'print the function name' },
    { name: 'instance', type: 'bool', usage: 'print the function instance name/id' },
    {
      name: 'time-format',
      type: 'string',
      default: '2006-01-02T15:04:05Z07:00',
      usage:
        'string format for the timestamp, any value go time format string is allowed, empty will not print the timestamp',
    },
    envsubstFlag,
  ],
  async run(call) {
    const [name] = call.args;
    if (name === undefined) {
      throw new KnownError('invalid', 'function name is required');
    }
    const print = printerOf(call);
    const client = await gatewayClient(call, (await findStack(call))?.gateway ?? '');
    const { signal } = call.io;
    const answer = await client.send('GET', '/system/logs', { query: queryOf(call, name), signal });
    if (answer.status !== 200) throw await failureOf(answer);
    let rest = '';
    try {
      for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const lines = (rest + part).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) print(line);
      }
    } catch (thrown) {
      // Ctrl-C is how a person ends this.
      if (!signal.aborted) throw thrown;
    }
  },
};

function queryOf({ flags, io }: Call, name: string): Record<string, string> {
  const sinceMs = flags.number('since');
  const since = flags.changed('since')
    ? new Date(io.clock.now().getTime() - sinceMs).toISOString()
    : flags.string('since-time');
  const lines = flags.number('lines');
  return {
    name,
    namespace: flags.string('namespace'),
    follow: String(flags.bool('tail')),
    since,
    ...(lines > 0 ? { tail: String(lines) } : {}),
  };
}

function printerOf({ flags, io }: Call): (line: string) => void {
  const format = flags.string('output');
  if (!['plain', 'keyvalue', 'json'].includes(format)) {
    throw new KnownError(
      'invalid',
      `unknown log format: ${format}; there are plain, keyvalue, json`,
    );
  }
  return (line) => {
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch {
      return;
    }
    if (!isRecord(entry)) return;
    io.stdout.write(format === 'json' ? `${line}\n` : `${lineOf(entry, format, flags)}\n`);
  };
}

function lineOf(entry: JsonRecord, format: string, flags: Call['flags']): string {
  const { timestamp, name, instance, text } = entry;
  const time = flags.string('time-format') === '' ? '' : secondsOf(String(timestamp));
  const body = String(text).replace(/\n$/, '');
  const shows = { name: flags.bool('name'), instance: flags.bool('instance') };
  if (format === 'keyvalue') {
    const parts = [
      ...(time === '' ? [] : [`timestamp="${time}"`]),
      ...(shows.name ? [`name="${String(name)}"`] : []),
      ...(shows.instance ? [`instance="${String(instance)}"`] : []),
      `text="${body}"`,
    ];
    return `${parts.join(' ')} `;
  }
  const parts = [
    ...(time === '' ? [] : [time]),
    ...(shows.name ? [String(name)] : []),
    ...(shows.instance ? [`(${String(instance)})`] : []),
    body,
  ];
  return parts.join(' ');
}

/** Whole seconds, as RFC 3339 without a fraction. */
function secondsOf(timestamp: string): string {
  return timestamp.replace(/\.\d+(?=Z|[+-])/, '');
}
