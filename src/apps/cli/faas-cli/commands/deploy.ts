import path from 'node:path';
import { KnownError } from '../../../../base/index.ts';
import type { JsonRecord } from '../../../../base/index.ts';
import { findTemplate, imageName } from '../../../../features/build/index.ts';
import type { StackFunction } from '../../../../features/build/index.ts';
import type { Call, Command, Flag } from '../../cobra/index.ts';
import { gatewayClient, unauthorized } from '../gateway-client.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { plainHttpWarning } from '../gateway-url.ts';
import { envsubstFlag, gatewayFlags, tagFlag } from '../shared-flags.ts';
import { environmentOf, findStack, pairsOf } from '../stack-file.ts';

/** Flags of `deploy` that `up` has too. */
export const deployFlags: readonly Flag[] = [
  {
    name: 'fprocess',
    type: 'string',
    usage: 'fprocess value to be run as a serverless function by the watchdog',
  },
  {
    name: 'env',
    shorthand: 'e',
    type: 'stringArray',
    usage: 'Set one or more environment variables (ENVVAR=VALUE)',
  },
  {
    name: 'label',
    shorthand: 'l',
    type: 'stringArray',
    usage: 'Set one or more label (LABEL=VALUE)',
  },
  {
    name: 'annotation',
    type: 'stringArray',
    usage: 'Set one or more annotation (ANNOTATION=VALUE)',
  },
  { name: 'constraint', type: 'stringArray', usage: 'Apply a constraint to the function' },
  { name: 'secret', type: 'stringArray', usage: 'Give the function access to a secure secret' },
  { name: 'network', type: 'string', usage: 'Name of the network', hidden: true },
  { name: 'readonly', type: 'bool', usage: 'Force the root container filesystem to be read only' },
  { name: 'replace', type: 'bool', usage: 'Remove and re-create existing function(s)' },
  {
    name: 'update',
    type: 'bool',
    default: 'true',
    usage: 'Perform rolling update on existing function(s)',
  },
  { name: 'read-template', type: 'bool', default: 'true', usage: "Read the function's template" },
];

/** `faas-cli deploy` */
export const deploy: Command = {
  use: `deploy -f YAML_FILE [--replace=false]
  faas-cli deploy --image IMAGE_NAME
                  --name FUNCTION_NAME`,
  short: 'Deploy OpenFaaS functions',
  long: `Deploys OpenFaaS function containers either via the supplied YAML config using
the "--yaml" flag (which may contain multiple function definitions), or directly
via flags. Note: --replace and --update are mutually exclusive.`,
  example: `  faas-cli deploy -f stack.yaml
  faas-cli deploy -f stack.yaml --label canary=true
  faas-cli deploy --image=alexellis/faas-url-ping --name=url-ping`,
  flags: [
    { name: 'image', type: 'string', usage: 'Docker image name to build' },
    { name: 'name', type: 'string', usage: 'Name of the deployed function' },
    { name: 'lang', type: 'string', usage: 'Programming language template' },
    { name: 'handler', type: 'string', usage: 'Directory with handler for function' },
    ...deployFlags,
    { name: 'cpu-request', type: 'string', usage: 'Supply the CPU request in Mi' },
    { name: 'cpu-limit', type: 'string', usage: 'Supply the CPU limit in Mi' },
    { name: 'memory-request', type: 'string', usage: 'Supply the memory request in Mi' },
    { name: 'memory-limit', type: 'string', usage: 'Supply the memory limit in Mi' },
    ...gatewayFlags,
    tagFlag,
    envsubstFlag,
  ],
  run: runDeploy,
};

/** Deploys every function of the stack, or the one that the flags describe. */
export async function runDeploy(call: Call): Promise<void> {
  refuseBoth(call);
  const { flags, io } = call;
  const stack = await findStack(call);
  const client = await gatewayClient(call, stack?.gateway ?? '');
  const bodies = await bodiesOf(call, stack?.functions ?? []);
  const failures: string[] = [];
  for (const body of bodies) {
    const name = String(body.service);
    if (stack !== undefined) io.stdout.write(`Deploying: ${name}.\n`);
    io.stdout.write(plainHttpWarning(client.url, flags.bool('tls-no-verify')));
    const status = await deployOne(call, client, body);
    if (status >= 200 && status <= 299) continue;
    failures.push(`Function '${name}' failed to deploy with status code: ${status}`);
  }
  if (failures.length > 0) throw new KnownError('failed', failures.join('\n'));
}

function refuseBoth({ flags, io }: Call): void {
  if (!flags.bool('update') || !flags.bool('replace')) return;
  io.stdout
    .write(`Cannot specify --update and --replace at the same time. One of --update or --replace must be false.
  --replace    removes an existing deployment before re-creating it
  --update     performs a rolling update to a new function image or configuration (default true)
`);
  throw new KnownError('invalid', 'cannot specify --update and --replace at the same time');
}

async function bodiesOf(call: Call, functions: readonly StackFunction[]): Promise<JsonRecord[]> {
  if (functions.length === 0) return [bodyOfFlags(call)];
  const bodies: JsonRecord[] = [];
  for (const each of functions) bodies.push(await bodyOfFunction(call, each));
  return bodies;
}

/** PUT, and POST when there is nothing to update; with `--replace` DELETE first. Prints how it went. */
async function deployOne(call: Call, client: GatewayClient, body: JsonRecord): Promise<number> {
  const { flags, io } = call;
  const name = String(body.service);
  const namespace = String(body.namespace ?? '');
  if (flags.bool('replace')) {
    const removing = { functionName: name, namespace };
    await client.send('DELETE', '/system/functions', { query: { namespace }, body: removing });
  }
  const isUpdate = flags.bool('update') && !flags.bool('replace');
  let answer = await client.send(isUpdate ? 'PUT' : 'POST', '/system/functions', { body });
  if (isUpdate && answer.status === 404) {
    answer = await client.send('POST', '/system/functions', { body });
  }
  const { status } = answer;
  const text = await answer.text();
  io.stdout.write('\n');
  if ([200, 201, 202].includes(status)) {
    const words = { 200: 'OK', 201: 'Created', 202: 'Accepted' }[status] ?? '';
    const at = `${client.url}/function/${name}${namespace === '' ? '' : `.${namespace}`}`;
    io.stdout.write(`Deployed. ${status} ${words}.\nURL: ${at}\n\n`);
  } else if (status === 401) io.stdout.write(`${unauthorized}\n\n`);
  else io.stdout.write(`Unexpected status: ${status}, message: ${text}\n\n`);
  return status;
}

function bodyOfFlags({ flags }: Call): JsonRecord {
  const [image, service] = [flags.string('image'), flags.string('name')];
  if (image === '' || service === '') {
    const message = 'to deploy a function give --yaml/-f or a --image and --name flag';
    throw new KnownError('invalid', message);
  }
  return withoutEmpty({
    service,
    image,
    namespace: flags.string('namespace'),
    envProcess: flags.string('fprocess'),
    envVars: pairsOf(flags.list('env'), 'env'),
    constraints: flags.list('constraint'),
    secrets: flags.list('secret'),
    labels: pairsOf(flags.list('label'), 'label'),
    annotations: pairsOf(flags.list('annotation'), 'annotation'),
    limits: withoutEmpty({ memory: flags.string('memory-limit'), cpu: flags.string('cpu-limit') }),
    requests: withoutEmpty({
      memory: flags.string('memory-request'),
      cpu: flags.string('cpu-request'),
    }),
    readOnlyRootFilesystem: flags.bool('readonly'),
  });
}

async function bodyOfFunction(call: Call, definition: StackFunction): Promise<JsonRecord> {
  const { flags, io } = call;
  const { cwd, clock, env } = io;
  const tag = flags.string('tag');
  const constraints = definition.constraints;
  return withoutEmpty({
    service: definition.name,
    image: await imageName(definition.image, { tag, dir: cwd, clock, environment: env }),
    namespace: flags.string('namespace') || definition.namespace,
    envProcess: await processOf(call, definition),
    envVars: await environmentOf(call, definition, true),
    constraints: constraints.length > 0 ? constraints : flags.list('constraint'),
    secrets: [...new Set([...definition.secrets, ...flags.list('secret')])],
    labels: { ...definition.labels, ...pairsOf(flags.list('label'), 'label') },
    annotations: {
      ...definition.annotations,
      ...pairsOf(flags.list('annotation'), 'annotation'),
    },
    limits: definition.limits,
    requests: definition.requests,
    readOnlyRootFilesystem: definition.readOnlyRootFilesystem || flags.bool('readonly'),
  });
}

/** The process: from the stack, the flag, or the template when it may be read. */
async function processOf({ flags, io }: Call, definition: StackFunction): Promise<string> {
  const { fprocess, lang } = definition;
  const given = fprocess || flags.string('fprocess');
  if (given !== '' || !flags.bool('read-template')) return given;
  if (lang === '' || lang.toLowerCase() === 'dockerfile') return '';
  try {
    return (await findTemplate(lang, { projectDir: path.resolve(io.cwd) })).fprocess;
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError(
      'not-found',
      `template directory may be missing or invalid, please run "faas-cli template pull"\nError: ${thrown.message}`,
    );
  }
}

function withoutEmpty(body: JsonRecord): JsonRecord {
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => {
      if (value === undefined || value === '' || value === false) return false;
      return typeof value !== 'object' || Object.keys(value ?? {}).length > 0;
    }),
  );
}
