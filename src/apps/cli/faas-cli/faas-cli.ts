import { execute } from '../cobra/index.ts';
import type { Command, Flag } from '../cobra/index.ts';
import type { Program } from '../io.ts';
import { build } from './commands/build.ts';
import { cloud } from './commands/cloud.ts';
import { deploy } from './commands/deploy.ts';
import { describe } from './commands/describe.ts';
import { generate } from './commands/generate.ts';
import { invoke } from './commands/invoke.ts';
import { list } from './commands/list.ts';
import { login, logout } from './commands/login.ts';
import { logs } from './commands/logs.ts';
import { namespaces } from './commands/namespaces.ts';
import { newFunction } from './commands/new.ts';
import { push } from './commands/push.ts';
import { refused } from './commands/refused.ts';
import { registryLogin } from './commands/registry-login.ts';
import { remove } from './commands/remove.ts';
import { secret } from './commands/secret.ts';
import { template } from './commands/template.ts';
import { up } from './commands/up.ts';
import { version } from './commands/version.ts';

const persistentFlags: readonly Flag[] = [
  {
    name: 'yaml',
    shorthand: 'f',
    type: 'string',
    usage: 'Path to YAML file describing function(s)',
  },
  {
    name: 'regex',
    type: 'string',
    usage: 'Regex to match with function names in YAML file',
  },
  {
    name: 'filter',
    type: 'string',
    usage: 'Wildcard to match with function names in YAML file',
  },
];

const root: Command = {
  use: 'faas-cli',
  short: 'Manage your OpenFaaS functions from the command line',
  long: 'Manage your OpenFaaS functions from the command line',
  persistentFlags,
  commands: [
    build,
    cloud,
    deploy,
    describe,
    generate,
    invoke,
    list,
    login,
    logout,
    logs,
    namespaces,
    newFunction,
    push,
    registryLogin,
    remove,
    secret,
    template,
    up,
    version,
    ...refused,
  ],
};

/** The program `faas-cli`: errors go to standard output with a capital letter, and exit 1. */
export const program: Program = (argv, io) =>
  execute(root, argv, io, {
    onError: ({ message }) => {
      io.stdout.write(`${message.charAt(0).toUpperCase()}${message.slice(1)}\n`);
      return 1;
    },
  });
