/**
 * `trice links DIR`: makes links named fluxctl, kubeseal and faas-cli that lead to this program.
 * Never replaces a file that is not a link of ours.
 */
import { lstat, mkdir, readlink, symlink, unlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { KnownError } from '../../../base/index.ts';
import { exactArgs, execute, type Command } from '../cobra/index.ts';
import { multiCall } from '../groups.ts';
import type { Program } from '../io.ts';

const target = fileURLToPath(new URL('../../../../bin/trice', import.meta.url));

const command: Command = {
  use: 'trice links DIR',
  short: 'Make links named fluxctl, kubeseal and faas-cli in a folder',
  args: exactArgs(1),
  run: async ({ args, io }) => {
    const dir = path.resolve(io.cwd, args[0] ?? '');
    await mkdir(dir, { recursive: true });
    for (const name of multiCall) {
      const link = path.join(dir, name);
      await removeOwn(link);
      await symlink(target, link);
      io.stdout.write(`${link}\n`);
    }
  },
};

async function removeOwn(link: string): Promise<void> {
  const found = await lstat(link).catch(() => undefined);
  if (found === undefined) return;
  const isOurs = found.isSymbolicLink() && path.basename(await readlink(link)) === 'trice';
  if (!isOurs)
    throw new KnownError('exists', `${link} exists and is not a link to trice; remove it first`);
  await unlink(link);
}

export const program: Program = (argv, io) => execute(command, argv, io);
