import { KnownError } from '../../../base/index.ts';
import { idText, parseResourceIdIn } from '../../../lib/manifest/index.ts';
import type { Call, Command, Flag } from '../cobra/index.ts';
import { causeFlags, causeOf, verboseFlag } from './cause.ts';
import type { Cause } from './cause.ts';
import { connectFlux } from './flux-client.ts';
import { namespaceFlag, namespaceOf, noArguments } from './flags.ts';
import { followJob } from './job-output.ts';

/** What is switched on and off, and which filters are set. */
export interface PolicyWish {
  readonly automate?: boolean;
  readonly deautomate?: boolean;
  readonly lock?: boolean;
  readonly unlock?: boolean;
  /** A filter for every container. */
  readonly tagAll?: string;
  /** `container=filter` */
  readonly tags?: readonly string[];
}

/** Policies to set and to remove, as the API takes them. */
export interface PolicyUpdate {
  readonly add: Readonly<Record<string, string>>;
  readonly remove: Readonly<Record<string, string>>;
}

const flags: readonly Flag[] = [
  namespaceFlag,
  { name: 'workload', shorthand: 'w', type: 'string', usage: 'Workload to modify' },
  {
    name: 'controller',
    shorthand: 'c',
    type: 'string',
    usage: 'Controller to modify',
    deprecated: 'changed to --workload, use that instead',
  },
  ...causeFlags,
  verboseFlag,
];

function verb(name: string, short: string, example: string, wish: PolicyWish): Command {
  return {
    use: name,
    short,
    example: `  ${example}`,
    args: noArguments,
    flags: flags.map((flag) => ({ ...flag, ...usageFor(name, flag.name) })),
    run: (call) => updatePolicies(call, wish),
  };
}

/** fluxctl's own words, which call some workloads controllers still. */
function usageFor(verbName: string, flag: string): { readonly usage?: string } {
  if (flag === 'workload') {
    return { usage: `${verbName === 'unlock' ? 'Controller' : 'Workload'} to ${verbName}` };
  }
  const isOld = flag === 'namespace' && ['lock', 'unlock'].includes(verbName);
  return isOld ? { usage: 'Controller namespace' } : {};
}

/** `fluxctl automate`, `deautomate`, `lock`, `unlock`. */
export const policyVerbs: readonly Command[] = [
  verb(
    'automate',
    'Turn on automatic deployment for a workload.',
    'fluxctl automate --workload=default:deployment/helloworld',
    { automate: true },
  ),
  verb(
    'deautomate',
    'Turn off automatic deployment for a workload.',
    'fluxctl deautomate --workload=default:deployment/helloworld',
    { deautomate: true },
  ),
  verb(
    'lock',
    'Lock a workload, so it cannot be deployed.',
    'fluxctl lock --workload=default:deployment/helloworld',
    { lock: true },
  ),
  verb(
    'unlock',
    'Unlock a workload, so it can be deployed.',
    'fluxctl unlock --workload=default:deployment/helloworld',
    { unlock: true },
  ),
];

/** `fluxctl policy`: all of them, and filters. */
export const policy: Command = {
  use: 'policy',
  short: 'Manage policies for a workload.',
  long: `
Manage policies for a workload.

Tag filter patterns must be specified as 'container=pattern', such as 'foo=1.*'
where an asterisk means 'match anything'.
Surrounding these with single-quotes are recommended to avoid shell expansion.

If both --tag-all and --tag are specified, --tag-all will apply to all
containers which aren't explicitly named.
`,
  example: `  fluxctl policy --workload=default:deployment/foo --automate
  fluxctl policy --workload=default:deployment/foo --lock
  fluxctl policy --workload=default:deployment/foo --tag='bar=1.*' --tag='baz=2.*'
  fluxctl policy --workload=default:deployment/foo --tag-all='master-*' --tag='bar=1.*'`,
  args: noArguments,
  flags: [
    ...flags,
    { name: 'tag-all', type: 'string', usage: 'Tag filter pattern to apply to all containers' },
    {
      name: 'tag',
      type: 'stringArray',
      usage: 'Tag filter container/pattern pairs',
    },
    { name: 'automate', type: 'bool', usage: 'Automate workload' },
    { name: 'deautomate', type: 'bool', usage: 'Deautomate workload' },
    { name: 'lock', type: 'bool', usage: 'Lock workload' },
    { name: 'unlock', type: 'bool', usage: 'Unlock workload' },
  ],
  run: (call) =>
    updatePolicies(call, {
      automate: call.flags.bool('automate'),
      deautomate: call.flags.bool('deautomate'),
      lock: call.flags.bool('lock'),
      unlock: call.flags.bool('unlock'),
      tagAll: call.flags.string('tag-all'),
      tags: call.flags.list('tag'),
    }),
};

async function updatePolicies({ flags: given, io }: Call, wish: PolicyWish): Promise<void> {
  const workload = given.string('workload') || given.string('controller');
  if (workload === '') throw new KnownError('invalid', '-w, --workload is required');
  const id = idText(parseResourceIdIn(await namespaceOf(given, io), workload));
  const cause = await causeOf(given, io);
  const update = policyUpdate(wish, cause);
  const client = await connectFlux(given, io);
  const job = await client.post<string>('v9/update-manifests', {
    type: 'policy',
    cause,
    spec: { [id]: update },
  });
  await followJob(client, job, io, {
    verbosity: given.number('verbose'),
    limitMs: given.number('timeout'),
    isApplied: false,
  });
}

/** Turns what was asked into policies. Throws `KnownError('invalid')` on a contradiction. */
export function policyUpdate(wish: PolicyWish, cause: Cause): PolicyUpdate {
  refuseBoth(wish.automate, wish.deautomate, 'automate');
  refuseBoth(wish.lock, wish.unlock, 'lock');
  const add: Record<string, string> = {};
  const remove: Record<string, string> = {};
  if (wish.automate) add['automated'] = 'true';
  if (wish.deautomate) remove['automated'] = 'true';
  if (wish.lock) {
    add['locked'] = 'true';
    if (cause.User !== '') add['locked_user'] = cause.User;
    if (cause.Message !== '') add['locked_msg'] = cause.Message;
  }
  if (wish.unlock)
    for (const name of ['locked', 'locked_user', 'locked_msg']) remove[name] = 'true';
  if (wish.tagAll) add['tag_all'] = filterText(wish.tagAll);
  for (const tag of (wish.tags ?? []).flatMap(apart)) {
    const [container, pattern] = takeApart(tag);
    if (pattern === '*') remove[`tag.${container}`] = 'true';
    else add[`tag.${container}`] = filterText(pattern);
  }
  return { add, remove };
}

function refuseBoth(on: boolean | undefined, off: boolean | undefined, name: string): void {
  if (!on || !off) return;
  const opposite = name === 'lock' ? 'unlock' : 'deautomate';
  throw new KnownError('invalid', `${name} and ${opposite} both specified`);
}

/** `a=1.*,b=2.*` are two pairs; a comma in a filter, `a=semver:>=1, <2`, parts nothing. */
function apart(tags: string): string[] {
  return tags.split(/,(?=[\w.-]+=)/);
}

/** Only the first `=` parts container and filter: `semver:>=1` has one of its own. */
function takeApart(pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at < 1) {
    throw new KnownError(
      'invalid',
      `invalid container/tag pair: "${pair}". Expected format is 'container=filter'`,
    );
  }
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function filterText(pattern: string): string {
  return /^(glob|semver|regexp|regex):/.test(pattern) ? pattern : `glob:${pattern}`;
}
