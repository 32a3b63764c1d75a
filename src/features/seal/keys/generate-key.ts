import { generateKeyPair, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { hide } from '../../../base/index.ts';
import type { Hidden } from '../../../base/index.ts';
import {
  bits,
  explicit,
  integer,
  nothing,
  octets,
  oid,
  pem,
  sequence,
  set,
  time,
  utf8,
  yes,
} from '../../../lib/der/index.ts';

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
const sha256WithRsa = sequence(oid('1.2.840.113549.1.1.11'), nothing);

/** Makes a key and a self-signed certificate. The search for primes and the signing run on threads of Node's pool. */
export async function generateKey(options: KeyOptions): Promise<SealingKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: options.bits,
  });
  return {
    privateKeyPem: hide(privateKey.export({ type: 'pkcs1', format: 'pem' }) as string),
    certificatePem: await certify(privateKey, publicKey, options),
  };
}

/** X.509 v3, subject = issuer, marked as an authority whose key only enciphers, as the original makes it. */
async function certify(
  privateKey: KeyObject,
  publicKey: KeyObject,
  { ttlMs, commonName, now }: KeyOptions,
): Promise<string> {
  const name = nameOf(commonName);
  const certificate = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    sha256WithRsa,
    name,
    sequence(time(now), time(new Date(now.getTime() + ttlMs))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(keyUsage, basicConstraints)),
  );
  const signature = await promisify<string, Buffer, KeyObject, Buffer>(sign)(
    'sha256',
    certificate,
    privateKey,
  );
  return pem('CERTIFICATE', sequence(certificate, sha256WithRsa, bits(signature)));
}

function nameOf(commonName: string): Buffer {
  if (commonName === '') return sequence();
  return sequence(set(sequence(oid('2.5.4.3'), utf8(commonName))));
}

/** 127 random bits, never zero: a serial number is positive. */
function serialNumber(): Buffer {
  const bytes = randomBytes(serialBytes);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes;
}

// encipherOnly is bit 7: the lowest bit of the one byte.
const keyUsage = sequence(oid('2.5.29.15'), yes, octets(bits(Buffer.from([0x01]))));
const basicConstraints = sequence(oid('2.5.29.19'), yes, octets(sequence(yes)));
