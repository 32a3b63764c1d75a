import type { KeyObject } from 'node:crypto';
import { KnownError } from '../../../base/index.ts';
import type { ObjectMeta } from '../../../base/index.ts';
import { scopeOf, withScope } from '../../../api/sealed-secret/index.ts';
import type { SealedSecret } from '../../../api/sealed-secret/index.ts';
import { sealSecret, withoutServerFields } from '../../../features/seal/index.ts';
import type { SecretObject } from '../../../features/seal/index.ts';
import type { Options } from './options.ts';
import { readSecrets } from './read-objects.ts';

export interface Sealing {
  readonly options: Options;
  readonly publicKey: KeyObject;
  /** The namespace for Secrets that name none. */
  readonly namespace: string;
  /** Forced upon every Secret, for `--merge-into`. */
  readonly force?: { readonly name: string; readonly namespace: string | undefined };
}

/** Seals every Secret of an input. Throws `KnownError('invalid')` with kubeseal's texts. */
export function sealInput(text: string, sealing: Sealing): SealedSecret[] {
  return readSecrets(text).map((secret) => sealOne(secret, sealing));
}

function sealOne(secret: SecretObject, sealing: Sealing): SealedSecret {
  const { options, publicKey, force } = sealing;
  const isEmpty = Object.keys({ ...secret.data, ...secret.stringData }).length === 0;
  if (isEmpty && !options.flags.bool('allow-empty-data')) {
    throw new KnownError(
      'invalid',
      'secret.data is empty in input Secret, assuming this is an error and aborting. To work with empty data, --allow-empty-data can be used',
    );
  }
  const metadata = { ...secret.metadata };
  metadata.name = (force?.name ?? options.flags.string('name')) || metadata.name;
  if (!metadata.name) throw new KnownError('invalid', 'missing metadata.name in input Secret');
  if (force?.namespace) metadata.namespace = force.namespace;
  if (options.setsScope) metadata.annotations = withScope(metadata.annotations, options.scope);
  if (scopeOf(metadata.annotations) !== 'cluster-wide') {
    metadata.namespace = namespaceFor(metadata, sealing);
  }
  const clean = withoutServerFields({ ...metadata }) as unknown as ObjectMeta;
  return sealSecret({ ...secret, metadata: clean }, publicKey);
}

function namespaceFor(metadata: ObjectMeta, { options, namespace }: Sealing): string {
  const own = metadata.namespace;
  if (!own) return namespace;
  if (options.flags.changed('namespace') && own !== namespace) {
    throw new KnownError(
      'invalid',
      `namespace mismatch: input secret is in namespace ${JSON.stringify(own)} but ${JSON.stringify(namespace)} was specified`,
    );
  }
  return own;
}
