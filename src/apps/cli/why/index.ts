/**
 * `trice why KIND/NAME`: who made an object, who changed it last, how it is doing, and what the sync and
 * the cluster have to say of it. Reads only. Start with `explain.ts`.
 */
import { KnownError } from '../../../base/index.ts';
import { stringify } from '../../../lib/yaml/index.ts';
import { exactArgs, execute, type Call, type Command } from '../cobra/index.ts';
import { connectCluster } from '../connect-cluster.ts';
import type { Program } from '../io.ts';
import { explain, type Why } from './explain.ts';

const command: Command = {
  use: 'trice why KIND/NAME',
  short: 'Show who made an object, and what is the matter with it',
  example: `  trice why deployment/web -n demo
  trice why demo:helmrelease/app`,
  args: exactArgs(1),
  flags: [
    { name: 'namespace', shorthand: 'n', type: 'string', usage: 'namespace of the object' },
    { name: 'kubeconfig', type: 'string', usage: 'path of the kubeconfig file' },
    { name: 'context', type: 'string', usage: 'context of the kubeconfig' },
    { name: 'output', shorthand: 'o', type: 'string', usage: 'json, yaml or name' },
  ],
  run: why,
};

const formats: Readonly<Record<string, (why: Why) => string>> = {
  '': whyText,
  json: (found) => `${JSON.stringify(found, undefined, 2)}\n`,
  yaml: (found) => stringify(found),
  name: ({ id }) => `${id}\n`,
};

async function why({ args: [target = ''], flags, io }: Call): Promise<number> {
  const format = formats[flags.string('output')];
  if (format === undefined) {
    const text = `unknown output format "${flags.string('output')}", try json, yaml or name`;
    throw new KnownError('invalid', text);
  }
  const { own, kind, name } = targetOf(target);
  const [kubeconfig, context] = [flags.string('kubeconfig'), flags.string('context')];
  const { cluster, config } = await connectCluster(io, {
    ...(kubeconfig === '' ? {} : { kubeconfig }),
    ...(context === '' ? {} : { context }),
  });
  const namespace = own || flags.string('namespace') || (config.namespace ?? 'default');
  const found = await explain(cluster, { namespace, kind, name });
  io.stdout.write(format(found));
  return found.health?.status === 'ready' && found.problems.length === 0 ? 0 : 1;
}

function targetOf(text: string): { own: string; kind: string; name: string } {
  const [, own = '', kind = '', name = ''] = /^(?:([^:/]+):)?([^:/]+)\/(.+)$/.exec(text) ?? [];
  if (kind !== '') return { own, kind, name };
  throw new KnownError('invalid', `"${text}": write kind/name, or namespace:kind/name`);
}

function whyText({ id, health, origins, policies, writers, problems, events }: Why): string {
  const state =
    health === undefined
      ? 'is not there'
      : `is ${health.status}${health.message === '' ? '' : `: ${health.message}`}`;
  const policyLines = Object.entries(policies).map(([name, value]) => `${name}: ${value}`);
  return [
    `${id} ${state}\n`,
    section('problems', problems),
    section('origin', origins),
    section('policies', policyLines),
    section(
      'last written by',
      writers.map(({ manager, at }) => `${manager}, ${at}`),
    ),
    section(
      'events',
      events.map(({ at, reason, message }) => `${at} ${reason}: ${message}`),
    ),
  ].join('');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** Exit code 0: all is well with it; 1: it is not ready, or not there. */
export const program: Program = (argv, io) => execute(command, argv, io);
