import type { KeyObject, X509Certificate } from 'node:crypto';
import { isRecord, KnownError } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import { certificatesOf, privateKeyOf } from '../crypto/certificate.ts';
import type { SealSettings } from '../settings.ts';
import type { SealingKey } from './generate-key.ts';

/** Marks a Secret as a key; any value but `active` takes the key out of use. */
export const keyLabel = 'sealedsecrets.bitnami.com/sealed-secrets-key';

/** A key as it lies in the cluster. */
export interface StoredKey {
  readonly secretName: string;
  readonly privateKey: KeyObject;
  readonly certificate: X509Certificate;
  /** The whole PEM text, as `/v1/cert.pem` gives it out. */
  readonly certificatePem: string;
  readonly notBefore: Date;
  readonly createdAt: Date;
}

/** Whether a Secret is a key in use: labelled `active`, or the one of old that bears the prefix as its name. */
export function isActiveKey({ metadata }: KubeObject, { keyPrefix }: SealSettings): boolean {
  const label = metadata.labels?.[keyLabel];
  return label === 'active' || (label === undefined && metadata.name === keyPrefix);
}

/**
 * Reads a key Secret, made by us, by the original controller or by hand.
 * @throws {KnownError} `invalid` naming the Secret; never a part of the key.
 */
export function readKeySecret({ metadata, data }: KubeObject): StoredKey {
  const read = (name: string): string => {
    const coded = isRecord(data) ? data[name] : undefined;
    if (typeof coded === 'string') return Buffer.from(coded, 'base64').toString();
    throw new KnownError('invalid', `key Secret ${metadata.name} has no ${name}`);
  };
  try {
    const certificatePem = read('tls.crt');
    const certificate = certificatesOf(certificatePem)[0]!;
    const createdAt = metadata.creationTimestamp;
    return {
      secretName: metadata.name,
      privateKey: privateKeyOf(read('tls.key')),
      certificate,
      certificatePem,
      notBefore: certificate.validFromDate,
      createdAt: createdAt === undefined ? certificate.validFromDate : new Date(createdAt),
    };
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError('invalid', `key Secret ${metadata.name}: ${thrown.message}`);
  }
}

/** The Secret that keeps a new key; the server gives it its name. */
export function keySecretOf(key: SealingKey, settings: SealSettings): KubeObject {
  const coded = (text: string): string => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: '',
      generateName: settings.keyPrefix,
      namespace: settings.namespace,
      labels: { ...settings.keyLabels, [keyLabel]: 'active' },
      ...(Object.keys(settings.keyAnnotations).length > 0
        ? { annotations: { ...settings.keyAnnotations } }
        : {}),
    },
    type: 'kubernetes.io/tls',
    data: {
      'tls.crt': coded(key.certificatePem),
      'tls.key': coded(key.privateKeyPem.reveal()),
    },
  };
}
