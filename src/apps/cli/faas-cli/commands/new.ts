import { access } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../../base/index.ts';
import { createFromTemplate, listTemplates } from '../../../../features/build/index.ts';
import type { FunctionResources } from '../../../../features/build/index.ts';
import type { Call, Command } from '../../cobra/index.ts';
import { gatewayUrl } from '../gateway-url.ts';
import { defaultGateway } from '../shared-flags.ts';

/** `faas-cli new NAME --lang LANG` */
export const newFunction: Command = {
  use: 'new FUNCTION_NAME --lang=FUNCTION_LANGUAGE [--gateway=http://host:port] | --list | --append=STACK_FILE)',
  short: 'Create a new template in the current folder with the name given as name',
  long: `The new command creates a new function based upon hello-world in the given
language or type in --list for a list of languages available.`,
  example: `  faas-cli new chatbot --lang node
  faas-cli new chatbot --lang node --append bots.yaml
  faas-cli new --list`,
  flags: [
    { name: 'lang', type: 'string', usage: 'Language or template to use' },
    {
      name: 'gateway',
      shorthand: 'g',
      type: 'string',
      default: defaultGateway,
      usage: 'Gateway URL to store in YAML stack file',
    },
    { name: 'handler', type: 'string', usage: 'directory the handler will be written to' },
    {
      name: 'prefix',
      shorthand: 'p',
      type: 'string',
      usage: 'Set prefix for the function image',
      env: 'OPENFAAS_PREFIX',
    },
    { name: 'memory-limit', type: 'string', usage: 'Set a limit for the memory' },
    { name: 'cpu-limit', type: 'string', usage: 'Set a limit for the CPU' },
    { name: 'memory-request', type: 'string', usage: 'Set a request or the memory' },
    { name: 'cpu-request', type: 'string', usage: 'Set a request value for the CPU' },
    { name: 'list', type: 'bool', usage: 'List available languages' },
    { name: 'append', shorthand: 'a', type: 'string', usage: 'Append to existing YAML file' },
    { name: 'quiet', shorthand: 'q', type: 'bool', usage: 'Skip template notes' },
  ],
  async run(call) {
    if (call.flags.bool('list')) return printLanguages(call);
    return create(call);
  },
};

async function printLanguages({ io }: Call): Promise<void> {
  const names = await listTemplates({ projectDir: io.cwd });
  const lines = names.map((name) => `- ${name}\n`).join('');
  io.stdout.write(`Languages available as templates:\n${lines}\n`);
}

async function create({ args, flags, io }: Call): Promise<void> {
  const lang = flags.string('lang').replace(/^Dockerfile$/, 'dockerfile');
  const [name] = args;
  if (lang === '') {
    throw new KnownError('invalid', 'you must supply a function language with the --lang flag');
  }
  if (name === undefined) {
    throw new KnownError('invalid', 'please provide a name for the function');
  }
  const append = flags.string('append');
  await checkAppend(append, io.cwd);
  const limits = resourcesOf(flags.string('memory-limit'), flags.string('cpu-limit'));
  const requests = resourcesOf(flags.string('memory-request'), flags.string('cpu-request'));
  const handler = flags.string('handler');
  const made = await createFromTemplate({
    name,
    lang,
    projectDir: io.cwd,
    gateway: gatewayUrl(flags.string('gateway'), '', io.env.OPENFAAS_URL),
    prefix: flags.string('prefix').trim(),
    ...(handler === '' ? {} : { handler }),
    ...(limits === undefined ? {} : { limits }),
    ...(requests === undefined ? {} : { requests }),
    ...(append === '' ? {} : { appendTo: append }),
  });
  const { folder, stackFile, welcome } = made;
  io.stdout.write(`Folder: ${folder} created.\n\nFunction created in folder: ${folder}\n`);
  io.stdout.write(`Stack file ${append === '' ? 'written' : 'updated'}: ${stackFile}\n`);
  if (!flags.bool('quiet') && welcome !== '') io.stdout.write(`\nNotes:\n${welcome}\n`);
}

async function checkAppend(file: string, cwd: string): Promise<void> {
  if (file === '') return;
  if (!/\.ya?ml$/.test(file)) {
    const message = 'when appending to a stack the suffix should be .yml or .yaml';
    throw new KnownError('invalid', message);
  }
  try {
    await access(path.resolve(cwd, file));
  } catch {
    throw new KnownError('not-found', `unable to find file: ${file}`);
  }
}

function resourcesOf(memory: string, cpu: string): FunctionResources | undefined {
  if (memory === '' && cpu === '') return undefined;
  return { ...(memory === '' ? {} : { memory }), ...(cpu === '' ? {} : { cpu }) };
}
