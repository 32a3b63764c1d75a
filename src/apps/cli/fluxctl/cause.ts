import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Flag, FlagValues } from '../cobra/index.ts';
import type { CliIo } from '../io.ts';

/** Who asks for an update, and why. */
export interface Cause {
  readonly Message: string;
  readonly User: string;
}

/** Flags of every command that ends in a commit. */
export const causeFlags: readonly Flag[] = [
  { name: 'message', shorthand: 'm', type: 'string', usage: 'attach a message to the update' },
  { name: 'user', type: 'string', usage: 'override the user reported as initiating the update' },
];

/** How much is told of what was left alone. */
export const verboseFlag: Flag = {
  name: 'verbose',
  shorthand: 'v',
  type: 'count',
  usage: 'include skipped (and ignored, with -vv) workloads in output',
};

const run = promisify(execFile);

/** The cause from the flags; the user is `Name <email>` of git's configuration unless told. */
export async function causeOf(flags: FlagValues, io: CliIo): Promise<Cause> {
  const User = flags.changed('user') ? flags.string('user') : await gitUser(io);
  return { Message: flags.string('message'), User };
}

async function gitUser(io: CliIo): Promise<string> {
  const [name, email] = await Promise.all(['user.name', 'user.email'].map((key) => ask(key, io)));
  if (name === '' && email === '') return '';
  return [name, email === '' ? '' : `<${email}>`].filter((part) => part !== '').join(' ');
}

/** One value of git's configuration; `''` when it is not set, or there is no git. */
async function ask(key: string, io: CliIo): Promise<string> {
  try {
    const { stdout } = await run('git', ['config', '--get', key], {
      cwd: io.cwd,
      env: { ...io.env },
    });
    return stdout.trim();
  } catch {
    return '';
  }
}
