import { generateKeyPair, randomBytes, webcrypto } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { hide } from '../../../base/index.ts';
import type { Hidden } from '../../../base/index.ts';

/** A private key and its certificate, as they lie in a key Secret. */
export interface SealingKey {
  /** PEM, PKCS #1. */
  readonly privateKeyPem: Hidden<string>;
  /** PEM; the first of a chain is used. */
  readonly certificatePem: string;
}

export interface KeyOptions {
  readonly bits: number;
  readonly ttlMs: number;
  readonly commonName: string;
  readonly now: Date;
}

const serialBytes = 16;

/** Makes a key and a self-signed certificate. The search for primes runs on a thread of Node's pool. */
export async function generateKey(options: KeyOptions): Promise<SealingKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: options.bits,
  });
  return {
    privateKeyPem: hide(privateKey.export({ type: 'pkcs1', format: 'pem' }) as string),
    certificatePem: await certify(privateKey, publicKey, options),
  };
}

async function certify(
  privateKey: KeyObject,
  publicKey: KeyObject,
  { ttlMs, commonName, now }: KeyOptions,
): Promise<string> {
  // Loaded here only: kubeseal seals without it. The first is what the second needs to start.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: randomBytes(serialBytes).toString('hex'),
      name: commonName === '' ? '' : [{ CN: [commonName] }],
      notBefore: now,
      notAfter: new Date(now.getTime() + ttlMs),
      signingAlgorithm: algorithm,
      keys: {
        privateKey: privateKey.toCryptoKey(algorithm, false, ['sign']),
        publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']),
      },
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.encipherOnly, true),
        new x509.BasicConstraintsExtension(true, undefined, true),
      ],
    },
    webcrypto as never,
  );
  return `${certificate.toString('pem')}\n`;
}
