import type { KeyObject } from 'node:crypto';
import { KnownError } from '../../../base/index.ts';
import { withScope } from '../../../api/sealed-secret/index.ts';
import type { Scope, SealedSecret } from '../../../api/sealed-secret/index.ts';
import { decodeBase64 } from '../crypto/base64.ts';
import type { KeyRing } from '../crypto/key-ring.ts';
import { labelOf } from '../crypto/label.ts';
import { sealValue } from '../crypto/sealed-value.ts';
import { sealSecret } from './seal-secret.ts';
import { clueOf, unsealSecret } from './unseal-secret.ts';

const scopes: readonly Scope[] = ['strict', 'namespace-wide', 'cluster-wide'];

/**
 * Seals every value anew with another key. The scope is the one the values are bound to, found by
 * opening them, never the one that annotations claim: otherwise anybody could widen a scope here
 * (CVE-2026-22728). Labels and annotations for the Secret are kept; the original loses them.
 * @throws {KnownError} `invalid` when it does not open, when its values differ in scope, or when it
 *   has `template.data`, which a resealed object cannot keep apart from the values.
 */
export async function resealSecret(
  sealed: SealedSecret,
  ring: KeyRing,
  publicKey: KeyObject,
): Promise<SealedSecret> {
  if (Object.keys(sealed.spec.template?.data ?? {}).length > 0) {
    throw new KnownError('invalid', 'spec.template.data cannot be re-encrypted');
  }
  const scope = await scopeOfValues(sealed, ring);
  const inner = sealed.spec.template?.metadata ?? {};
  const metadata = { ...inner, annotations: withScope(inner.annotations, scope) };
  const template = { ...sealed.spec.template, metadata };
  const opened = await unsealSecret(
    { ...sealed, spec: { ...sealed.spec, template } },
    { ring, render: refuseTemplates, scope },
  );
  return sealSecret(opened, publicKey);
}

/** The values of a SealedSecret sealed anew, and the scope they are bound to. */
export interface ResealedValues {
  readonly scope: Scope;
  readonly encryptedData: Readonly<Record<string, string>>;
}

/**
 * Seals the values alone anew, for whoever keeps the rest of the object as it stands (`template.data`
 * too). The scope is that of the values, as in `resealSecret`.
 * @throws {KnownError} `invalid` when it does not open, or holds the deprecated `spec.data`.
 */
export async function resealValues(
  sealed: SealedSecret,
  ring: KeyRing,
  publicKey: KeyObject,
): Promise<ResealedValues> {
  if (sealed.spec.data) {
    throw new KnownError('invalid', "the deprecated field 'data' cannot be re-encrypted in place");
  }
  const scope = await scopeOfValues(sealed, ring);
  const label = labelOf(sealed.metadata, scope);
  const encryptedData: Record<string, string> = {};
  for (const [key, value] of Object.entries(sealed.spec.encryptedData)) {
    const plain = await ring.open(decodeBase64(value), label, clueOf(sealed.metadata));
    encryptedData[key] = sealValue(publicKey, plain, label).toString('base64');
  }
  return { scope, encryptedData };
}

function refuseTemplates(): never {
  throw new KnownError('invalid', 'spec.template.data cannot be re-encrypted');
}

/** The narrowest scope whose label opens every value. */
async function scopeOfValues({ metadata, spec }: SealedSecret, ring: KeyRing): Promise<Scope> {
  const values = Object.values(spec.encryptedData).concat(spec.data ?? []);
  let failure: unknown = new KnownError('invalid', 'no key could decrypt secret');
  for (const scope of scopes) {
    // Without a namespace the labels of namespace-wide and cluster-wide are the same: nothing.
    if (scope === 'namespace-wide' && !metadata.namespace) continue;
    const label = labelOf(metadata, scope);
    try {
      for (const value of values) await ring.open(decodeBase64(value), label, clueOf(metadata));
      return scope;
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      failure = thrown;
    }
  }
  throw failure;
}
