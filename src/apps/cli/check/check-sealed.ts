import type { KeyObject } from 'node:crypto';
import { parseSealedSecret, sealedSecretKind } from '../../../api/sealed-secret/index.ts';
import { KnownError } from '../../../base/index.ts';
import { hintOf, misfitsOf } from '../../../features/seal/index.ts';
import type { Manifest } from '../../../lib/manifest/index.ts';
import type { Finding } from './finding.ts';

/**
 * What can be told of a SealedSecret without its private key: which key it needs, and, given
 * certificates of the cluster, that none of them fits.
 */
export function sealFindings(manifest: Manifest, keys: readonly KeyObject[]): Finding[] {
  const { object, file, line } = manifest;
  const { apiVersion, kind } = sealedSecretKind;
  if (object.apiVersion !== apiVersion || object.kind !== kind) return [];
  const place = { rule: 'seal', file, line } as const;
  try {
    const sealed = parseSealedSecret(object);
    const needed = hintOf(sealed.metadata) ?? 'one that is not named';
    const note: Finding = { ...place, level: 'note', message: `needs the key ${needed}` };
    const misfits = keys.map((key) => misfitsOf(sealed, key));
    const [first] = misfits;
    if (first === undefined || misfits.some((found) => found.length === 0)) return [note];
    return first.map(({ key, reason }) => ({
      ...place,
      level: 'error' as const,
      message: key === '' ? reason : `${key}: ${reason}`,
    }));
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    return [{ ...place, level: 'error', message: thrown.message }];
  }
}
