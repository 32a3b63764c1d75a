import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import type { Clock } from '../../../base/index.ts';
import {
  addressBytes,
  bits,
  der,
  explicit,
  integer,
  octets,
  oid,
  pem,
  sequence,
  set,
  time,
  utf8,
  yes,
} from '../../../lib/der/index.ts';

/** A certificate and its key, as PEM texts. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate is for. */
export interface Leaf {
  readonly file: 'server' | 'client';
  readonly clock: Clock;
  /** DNS names and addresses of a server. */
  readonly names: readonly string[];
}

// Node signs but issues no certificates, and the form of one (RFC 5280) is short; a library for it
// would cost more memory than the rest of this room.
const dayMs = 24 * 3600 * 1000;
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));

interface Certificate {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly clock: Clock;
  readonly days: number;
  readonly extensions: readonly Buffer[];
}

/** A new authority, good for ten years. */
export async function makeCa(clock: Clock): Promise<Pair> {
  const { publicKey, privateKey } = await newKeys();
  const name = distinguishedName([['2.5.4.3', 'trice-ca']]);
  const cert = certificate({
    subject: name,
    issuer: name,
    publicKey,
    signingKey: privateKey,
    clock,
    days: 3650,
    extensions: [
      extension('2.5.29.19', sequence(yes), true),
      // digitalSignature, keyCertSign, cRLSign
      extension('2.5.29.15', bits(Buffer.from([0b1000_0110]), 1), true),
      extension('2.5.29.14', octets(keyDigest(publicKey))),
    ],
  });
  return { cert, key: keyPem(privateKey) };
}

/** A certificate signed by the authority, good for a year. */
export async function makeLeaf(ca: Pair, { file, clock, names }: Leaf): Promise<Pair> {
  const { publicKey, privateKey } = await newKeys();
  const isServer = file === 'server';
  const cert = certificate({
    subject: distinguishedName(
      isServer
        ? [['2.5.4.3', 'trice-apiserver']]
        : [
            ['2.5.4.10', 'system:masters'],
            ['2.5.4.3', 'kubernetes-admin'],
          ],
    ),
    issuer: distinguishedName([['2.5.4.3', 'trice-ca']]),
    publicKey,
    signingKey: createPrivateKey(ca.key),
    clock,
    days: 365,
    extensions: [
      extension('2.5.29.19', sequence(), true),
      // digitalSignature
      extension('2.5.29.15', bits(Buffer.from([0b1000_0000]), 7), true),
      extension('2.5.29.37', sequence(oid(isServer ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2'))),
      extension(
        '2.5.29.35',
        sequence(der(0x80, keyDigest(new X509Certificate(ca.cert).publicKey))),
      ),
      ...(isServer ? [extension('2.5.29.17', sequence(...names.map(generalName)))] : []),
    ],
  });
  return { cert, key: keyPem(privateKey) };
}

function certificate(of: Certificate): string {
  const now = of.clock.now().getTime();
  // Valid from an hour ago, so that clocks may differ a little.
  const validity = sequence(time(new Date(now - 3600_000)), time(new Date(now + of.days * dayMs)));
  const toSign = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial()),
    ecdsaWithSha256,
    of.issuer,
    validity,
    of.subject,
    of.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...of.extensions)),
  );
  const signature = sign('sha256', toSign, of.signingKey);
  return pem('CERTIFICATE', sequence(toSign, ecdsaWithSha256, bits(signature)));
}

function serial(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes;
}

function distinguishedName(parts: readonly (readonly [type: string, value: string])[]): Buffer {
  return sequence(...parts.map(([type, value]) => set(sequence(oid(type), utf8(value)))));
}

function extension(type: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(type), ...(critical ? [yes] : []), octets(value));
}

function generalName(name: string): Buffer {
  if (isIP(name) === 0) return der(0x82, Buffer.from(name, 'ascii'));
  return der(0x87, addressBytes(name));
}

/** The key identifier: SHA-1 of the public key's bits, as RFC 5280 4.2.1.2 proposes. */
function keyDigest(publicKey: KeyObject): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = [Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  return createHash('sha1').update(Buffer.concat(point)).digest();
}

async function newKeys(): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}
