import { createHmac } from 'node:crypto';
import { KnownError } from '../../../../base/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { readAll } from '../../io.ts';
import { fetchFrom, failureOf } from '../gateway-client.ts';
import { gatewayUrl } from '../gateway-url.ts';
import { envsubstFlag, gatewayFlags } from '../shared-flags.ts';
import { findStack } from '../stack-file.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** `faas-cli invoke NAME` */
export const invoke: Command = {
  use: 'invoke FUNCTION_NAME [--gateway GATEWAY_URL] [--content-type CONTENT_TYPE] [--query KEY=VALUE] [--header "KEY: VALUE"] [--method HTTP_METHOD]',
  short: 'Invoke an OpenFaaS function',
  long: 'Invokes an OpenFaaS function and reads from STDIN for the body of the request',
  example: `  faas-cli invoke env --query repo=faas-cli --query org=openfaas
  faas-cli invoke env --header "X-Ping-Url: http://request.bin/etc"
  faas-cli invoke flask --method GET --namespace dev`,
  flags: [
    ...gatewayFlags,
    {
      name: 'content-type',
      type: 'string',
      default: 'text/plain',
      usage: 'The content-type HTTP header such as application/json',
    },
    { name: 'query', type: 'stringArray', usage: 'pass query-string options' },
    { name: 'header', shorthand: 'H', type: 'stringArray', usage: 'pass HTTP request header' },
    { name: 'async', shorthand: 'a', type: 'bool', usage: 'Invoke the function asynchronously' },
    {
      name: 'method',
      shorthand: 'm',
      type: 'string',
      default: 'POST',
      usage: 'pass HTTP request method',
    },
    { name: 'sign', type: 'string', usage: 'name of HTTP request header to hold the signature' },
    {
      name: 'key',
      type: 'string',
      usage: 'key to be used to sign the request (must be used with --sign)',
    },
    envsubstFlag,
  ],
  run: runInvoke,
};

async function runInvoke(call: Call): Promise<void> {
  const { flags, io } = call;
  const headers = headersOf(call);
  const { gateway, url } = await targetOf(call);
  const body = await bodyOf(call, headers);
  // The gateway's own credentials are not for functions: none are sent.
  const answer = await fetchFrom(gateway, url, {
    method: flags.string('method'),
    headers,
    redirect: 'manual',
    signal: io.signal,
    noVerify: flags.bool('tls-no-verify'),
    ...(body === undefined ? {} : { body }),
  });
  if (answer.status === 202) {
    io.stderr.write('Function submitted asynchronously.\n');
    return;
  }
  if (!answer.ok) throw await failureOf(answer);
  for await (const part of answer.body ?? []) io.stdout.write(part);
}

async function targetOf(call: Call): Promise<{ gateway: string; url: string }> {
  const { flags, io, args } = call;
  const [name] = args;
  if (name === undefined) {
    throw new KnownError('invalid', 'please provide a name for the function');
  }
  const query = queryText(flags.list('query'));
  const stack = await findStack(call);
  const inStack = stack?.functions.find((each) => each.name === name)?.namespace;
  const namespace = flags.string('namespace') || (inStack ?? '');
  const gateway = gatewayUrl(flags.string('gateway'), stack?.gateway ?? '', io.env.OPENFAAS_URL);
  const route = flags.bool('async') ? 'async-function' : 'function';
  const called = namespace === '' ? name : `${name}.${namespace}`;
  return { gateway, url: `${gateway}/${route}/${called}${query}` };
}

async function bodyOf(
  { flags, io }: Call,
  headers: Headers,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const method = flags.string('method');
  if (!methods.includes(method)) {
    const all = methods.join('/');
    throw new KnownError(
      'invalid',
      `the --method or -m flag must take one of these values (${all})`,
    );
  }
  const [header, key] = [flags.string('sign'), flags.string('key')];
  if ((header === '') !== (key === '')) {
    throw new KnownError(
      'invalid',
      'signing requires both --sign <header-value> and --key <key-value>',
    );
  }
  if (io.stdin.isTTY) io.stderr.write('Reading from STDIN - hit (Control + D) to stop.\n');
  const body = await readAll(io.stdin);
  if (header !== '') {
    headers.set(header, `sha1=${createHmac('sha1', key).update(body).digest('hex')}`);
  }
  return method === 'GET' ? undefined : new Uint8Array(body);
}

function headersOf({ flags }: Call): Headers {
  const headers = new Headers({ 'user-agent': 'faas-cli/trice' });
  for (const text of flags.list('header')) headers.append(...headerOf(text));
  if (!headers.has('content-type') || flags.changed('content-type')) {
    headers.set('content-type', flags.string('content-type'));
  }
  return headers;
}

/** `Name: value`, and `Name=value` as older versions had it. */
function headerOf(text: string): [name: string, value: string] {
  const found = /^([^:=]*)[:=](.*)$/s.exec(text);
  const [name, value] = [found?.[1]?.trim() ?? '', found?.[2]?.trim() ?? ''];
  const form = 'the --header or -H flag must take the form of key=value';
  if (found === null) throw new KnownError('invalid', form);
  if (name === '') throw new KnownError('invalid', `${form} (empty key given)`);
  if (value === '') throw new KnownError('invalid', `${form} (empty value given)`);
  return [name, value];
}

function queryText(values: readonly string[]): string {
  for (const value of values) {
    if (!value.includes('=')) {
      throw new KnownError(
        'invalid',
        'the --query flags must take the form of key=value (= not found)',
      );
    }
    if (value.endsWith('=')) {
      throw new KnownError(
        'invalid',
        'the --query flag must take the form of: key=value (empty value given, or value ends in =)',
      );
    }
  }
  return values.length === 0 ? '' : `?${values.join('&')}`;
}
