import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hide, isRecord, KnownError, type Hidden } from '../../base/index.ts';
import type { DataDir } from './data-dir.ts';

/** Name and password of the platform's git server, and of the gateway. Made once, kept with mode 0600. */
export interface Login {
  readonly username: string;
  readonly password: Hidden<string>;
}

/** Reads `DIR/<name>.json`, or makes it with a random password. */
export async function loginFile(dir: DataDir, name: string, username: string): Promise<Login> {
  const file = `${name}.json`;
  const text = await readFile(dir.file(file), 'utf8').catch(() => undefined);
  if (text !== undefined) return parseLogin(text, dir.file(file));
  const login = { username, password: randomBytes(18).toString('base64url') };
  await dir.write(file, `${JSON.stringify(login)}\n`, true);
  return { username, password: hide(login.password) };
}

function parseLogin(text: string, file: string): Login {
  try {
    const found: unknown = JSON.parse(text);
    if (
      isRecord(found) &&
      typeof found['username'] === 'string' &&
      typeof found['password'] === 'string'
    ) {
      return { username: found['username'], password: hide(found['password']) };
    }
  } catch {
    // Said below, with what to do.
  }
  throw new KnownError('invalid', `${file} is damaged: delete it and a new password is made`);
}
