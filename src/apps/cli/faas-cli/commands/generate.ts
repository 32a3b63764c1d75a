import { KnownError } from '../../../../base/index.ts';
import { imageName } from '../../../../features/build/index.ts';
import type { FunctionResources, StackFunction } from '../../../../features/build/index.ts';
import { stringify } from '../../../../lib/yaml/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { envsubstFlag, tagFlag } from '../shared-flags.ts';
import { environmentOf, findStack } from '../stack-file.ts';

/** `faas-cli generate`: Function objects of a stack file. */
export const generate: Command = {
  use: 'generate --api=openfaas.com/v1 --yaml stack.yaml --tag sha --namespace=openfaas-fn',
  short: 'Generate Kubernetes CRD YAML file',
  long: 'The generate command creates kubernetes CRD YAML file for functions',
  example: `  faas-cli generate --api=openfaas.com/v1 --yaml stack.yaml | kubectl apply  -f -
  faas-cli generate --api=openfaas.com/v1 -f stack.yaml --tag branch -n openfaas-fn`,
  flags: [
    {
      name: 'api',
      type: 'string',
      default: 'openfaas.com/v1',
      usage: 'CRD API version e.g openfaas.com/v1',
    },
    {
      name: 'namespace',
      shorthand: 'n',
      type: 'string',
      default: 'openfaas-fn',
      usage: 'Kubernetes namespace for functions',
    },
    tagFlag,
    { name: 'from-store', type: 'string', usage: 'generate using a store image' },
    {
      name: 'arch',
      type: 'string',
      default: 'x86_64',
      usage: 'Desired image arch. (Default x86_64)',
    },
    {
      name: 'annotation',
      type: 'stringArray',
      usage: 'Any annotations you want to add (to store functions only)',
    },
    envsubstFlag,
  ],
  async run(call) {
    refuseUnsupported(call);
    const stack = await findStack(call);
    if (stack === undefined) {
      throw new KnownError(
        'not-found',
        `No "stack.yaml" or "stack.yml" file was found in the current directory.
Use "--yaml" / "-f" to specify a custom filename.

Alternatively, to generate a definition for store functions, use "--from-store"`,
      );
    }
    const documents: string[] = [];
    for (const each of stack.functions) documents.push(await documentOf(call, each));
    if (documents.length > 0) call.io.stdout.write(`${documents.join('')}\n`);
  },
};

function refuseUnsupported({ flags }: Call): void {
  const api = flags.string('api');
  if (api === '') {
    throw new KnownError('invalid', 'you must supply the API version with the --api flag');
  }
  if (!api.startsWith('openfaas.com/')) {
    throw new KnownError(
      'unsupported',
      `--api ${api} is not supported: use openfaas.com/v1 or openfaas.com/v1alpha2`,
    );
  }
  if (flags.string('from-store') !== '') {
    throw new KnownError(
      'unsupported',
      '--from-store is not supported: there is no function store',
    );
  }
}

async function documentOf(call: Call, definition: StackFunction): Promise<string> {
  const { flags, io } = call;
  const { cwd, clock, env } = io;
  const tag = flags.string('tag');
  const { name, image, fprocess } = definition;
  const namespace = flags.string('namespace') || definition.namespace;
  const lines = [
    '---',
    `apiVersion: ${flags.string('api')}`,
    'kind: Function',
    'metadata:',
    `  name: ${name}`,
    ...(namespace === '' ? [] : [`  namespace: ${namespace}`]),
    'spec:',
    `  name: ${name}`,
    `  image: ${await imageName(image, { tag, dir: cwd, clock, environment: env })}`,
    ...(fprocess === '' ? [] : [`  handler: ${scalar(fprocess)}`]),
    ...mapLines('environment', await environmentOf(call, definition, false)),
    ...mapLines('labels', definition.labels),
    ...mapLines('annotations', definition.annotations),
    ...resourceLines('limits', definition.limits),
    ...resourceLines('requests', definition.requests),
    ...listLines('constraints', definition.constraints),
    ...listLines('secrets', definition.secrets),
    ...(definition.readOnlyRootFilesystem ? ['  readOnlyRootFilesystem: true'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** A scalar as Go's YAML writes it: quoted when it would not be read as a text. */
function scalar(value: string): string {
  return stringify(value).trimEnd();
}

function mapLines(key: string, map: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return [];
  const text = stringify(Object.fromEntries(entries)).trimEnd();
  return [`  ${key}:`, ...text.split('\n').map((line) => (line === '' ? '' : `    ${line}`))];
}

/** Both keys are always written, an absent one as an empty text, as the original does. */
function resourceLines(key: string, resources: FunctionResources | undefined): string[] {
  if (resources === undefined) return [];
  const { memory = '', cpu = '' } = resources;
  return [`  ${key}:`, `    memory: ${scalar(memory)}`, `    cpu: ${scalar(cpu)}`];
}

function listLines(key: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`  ${key}:`, ...values.map((each) => `  - ${scalar(each)}`)];
}
