import { createHmac } from 'node:crypto';
import { sameText } from '../../../lib/http/index.ts';
import type { Hook } from './notice.ts';

/** Whether a header carries the HMAC of the body: in hexadecimal, after `sha1=` or `sha256=` or bare. */
export function hasHmac(hook: Hook, header: string, algorithm: 'sha1' | 'sha256'): boolean {
  const given = hook.headers.get(header) ?? '';
  if (given === '') return false;
  const expected = createHmac(algorithm, hook.key.reveal()).update(hook.body).digest('hex');
  return sameText(given.replace(/^sha(1|256)=/, '').toLowerCase(), expected);
}

/**
 * Whether a header is the key itself. A header cannot end in a newline, a file usually does: one at the
 * end of the key is not asked for.
 */
export function hasKey(hook: Hook, header: string): boolean {
  const key = hook.key
    .reveal()
    .toString('utf8')
    .replace(/\r?\n$/, '');
  const given = hook.headers.get(header);
  return key !== '' && given !== null && sameText(given, key);
}
