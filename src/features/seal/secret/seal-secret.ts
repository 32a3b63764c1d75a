import type { KeyObject } from 'node:crypto';
import { KnownError } from '../../../base/index.ts';
import type { JsonRecord, ObjectMeta } from '../../../base/index.ts';
import { scopeOf, withScope } from '../../../api/sealed-secret/index.ts';
import type { SealedSecret, SecretTemplate } from '../../../api/sealed-secret/index.ts';
import { decodeBase64 } from '../crypto/base64.ts';
import { labelOf } from '../crypto/label.ts';
import { sealValue } from '../crypto/sealed-value.ts';
import { orderedMetadata, sorted } from './secret-object.ts';
import type { SecretObject } from './secret-object.ts';

/** Annotations in which kubectl and kubecfg keep a copy of the object, and with it the plain values. */
const lastApplied = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'kubecfg.ksonnet.io/last-applied-configuration',
];

/**
 * Seals a Secret for the holder of the private key. The scope is that of the Secret's annotations;
 * everything else of its metadata goes into the template, except owners and last-applied copies.
 * @throws {KnownError} `invalid` when the scope needs a namespace and there is none.
 */
export function sealSecret(secret: SecretObject, publicKey: KeyObject): SealedSecret {
  const { name, namespace } = secret.metadata;
  const scope = scopeOf(secret.metadata.annotations);
  if (scope !== 'cluster-wide' && !namespace) {
    throw new KnownError('invalid', 'secret must declare a namespace');
  }
  const label = labelOf({ name, ...(namespace ? { namespace } : {}) }, scope);
  const encryptedData: Record<string, string> = {};
  for (const [key, plain] of Object.entries(plainValues(secret))) {
    encryptedData[key] = sealValue(publicKey, plain, label).toString('base64');
  }
  return {
    kind: 'SealedSecret',
    apiVersion: 'bitnami.com/v1alpha1',
    metadata: orderedMetadata({
      name,
      namespace,
      annotations: withScope({}, scope),
    }) as unknown as ObjectMeta,
    spec: { template: templateOf(secret), encryptedData: sorted(encryptedData) },
  };
}

/** The decoded values; `stringData` wins on the same key. */
function plainValues({ data = {}, stringData = {} }: SecretObject): Record<string, Buffer> {
  const decoded = Object.entries(data ?? {}).map(
    ([key, coded]) => [key, decodeBase64(coded)] as const,
  );
  const texts = Object.entries(stringData ?? {}).map(
    ([key, text]) => [key, Buffer.from(text)] as const,
  );
  return Object.fromEntries([...decoded, ...texts]);
}

function templateOf({ metadata, type, immutable }: SecretObject): SecretTemplate {
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(([key]) => !lastApplied.includes(key)),
  );
  const { ownerReferences: _dropped, ...rest } = metadata;
  const template: JsonRecord = { metadata: orderedMetadata({ ...rest, annotations }) };
  if (type) template.type = type;
  if (immutable !== undefined && immutable !== null) template.immutable = immutable;
  return template as SecretTemplate;
}
