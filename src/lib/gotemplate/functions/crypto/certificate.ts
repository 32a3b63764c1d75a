import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { formatValue } from '../../format/index.ts';
import { GoError } from '../../template-error.ts';
import { HostObject, type HostType } from '../../value/index.ts';
import {
  addressBytes,
  bits,
  der,
  type Element,
  elements,
  integer,
  octets,
  oid,
  pem,
  readPem,
  sequence,
  time,
} from '../../../der/index.ts';
import { keyPem } from './keys.ts';
import type { RandomBytes } from './random.ts';

/** A certificate and its key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const certificateType: HostType = {
  name: 'sprig.certificate',
  kind: 'struct',
  fields: { Cert: ({ cert }: Certificate) => cert, Key: ({ key }: Certificate) => key },
};

/** What the certificate functions return: `.Cert` and `.Key`. */
export function goCertificate(certificate: Certificate): HostObject {
  return new HostObject(certificateType, certificate);
}

/** Who signs: its name as DER, its key and its key's identifier. */
interface Issuer {
  readonly name: Buffer;
  readonly key: KeyObject;
  readonly keyId: Buffer | undefined;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly ips: readonly string[];
  readonly names: readonly string[];
  readonly days: number;
  readonly isCa: boolean;
  readonly key: KeyObject;
}

function nameDer(commonName: string): Buffer {
  const isPrintable = /^[A-Za-z0-9 '()+,\-./:=?*&]*$/.test(commonName);
  const value = der(isPrintable ? 0x13 : 0x0c, Buffer.from(commonName));
  return sequence(der(0x31, sequence(oid('2.5.4.3'), value)));
}

function algorithmOf(key: KeyObject): { der: Buffer; hash: string | null } {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { der: sequence(oid('1.2.840.113549.1.1.11'), der(5)), hash: 'sha256' };
    case 'ec':
      return { der: sequence(oid('1.2.840.10045.4.3.2')), hash: 'sha256' };
    case 'ed25519':
      return { der: sequence(oid('1.3.101.112')), hash: null };
    default:
      throw new GoError(
        'error creating certificate: x509: only RSA, ECDSA and Ed25519 keys supported',
      );
  }
}

function extension(id: string, critical: boolean, body: Buffer): Buffer {
  const flag = critical ? [der(1, Buffer.of(0xff))] : [];
  return sequence(oid(id), ...flag, octets(body));
}

function spkiOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** The identifier Go gives a CA's key: the first 160 bits of its SHA-256. */
function keyIdOf(key: KeyObject): Buffer {
  const bitString = elements(elements(spkiOf(key))[0]!.body)[1]!.body.subarray(1);
  return createHash('sha256').update(bitString).digest().subarray(0, 20);
}

function extensions(request: CertificateRequest, authority: Buffer | undefined): Buffer {
  const usage = request.isCa ? bits(Buffer.of(0xa4), 2) : bits(Buffer.of(0xa0), 5);
  const purposes = sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'));
  const list = [
    extension('2.5.29.15', true, usage),
    extension('2.5.29.37', false, purposes),
    extension('2.5.29.19', true, request.isCa ? sequence(der(1, Buffer.of(0xff))) : sequence()),
  ];
  if (request.isCa) list.push(extension('2.5.29.14', false, octets(keyIdOf(request.key))));
  if (authority !== undefined)
    list.push(extension('2.5.29.35', false, sequence(der(0x80, authority))));
  const names = [
    ...request.names.map((name) => der(0x82, Buffer.from(name))),
    ...request.ips.map((ip) => der(0x87, addressBytes(ip))),
  ];
  if (names.length > 0) list.push(extension('2.5.29.17', false, sequence(...names)));
  return der(0xa3, sequence(...list));
}

/** Makes and signs a certificate; without an issuer it signs itself. */
export function issue(
  request: CertificateRequest,
  issuer: Issuer | undefined,
  ports: { now: Date; random: RandomBytes },
): Certificate {
  const subject = nameDer(request.commonName);
  const signer = issuer ?? { name: subject, key: request.key, keyId: undefined };
  const authority = signer.name.equals(subject) ? undefined : signer.keyId;
  const algorithm = algorithmOf(signer.key);
  const from = new Date(Math.floor(ports.now.getTime() / 1000) * 1000);
  const to = new Date(from.getTime() + request.days * 86_400_000);
  if (Number.isNaN(to.getTime()))
    throw new GoError('error creating certificate: time out of range');
  const body = sequence(
    der(0xa0, integer(Buffer.of(2))),
    integer(ports.random(16)),
    algorithm.der,
    signer.name,
    sequence(time(from), time(to)),
    subject,
    spkiOf(request.key),
    extensions(request, authority),
  );
  const signature = sign(algorithm.hash, body, signer.key);
  const cert = pem('CERTIFICATE', sequence(body, algorithm.der, bits(signature)));
  return { cert, key: keyPem(request.key) };
}

function keyIdIn(parts: readonly Element[]): Buffer | undefined {
  const list = parts.find(({ tag }) => tag === 0xa3);
  if (list === undefined) return undefined;
  const wanted = oid('2.5.29.14');
  for (const { body } of elements(elements(list.body)[0]!.body)) {
    const fields = elements(body);
    if (fields[0]!.whole.equals(wanted)) return elements(fields.at(-1)!.body)[0]!.body;
  }
  return undefined;
}

/** Reads the certificate a signer hands in. Throws `GoError` with Sprig's text. */
export function issuerOf(cert: string, key: () => KeyObject): Issuer {
  const block = readPem(cert);
  if (block === undefined) throw new GoError('unable to decode certificate');
  let parts: Element[];
  try {
    parts = elements(elements(elements(block.bytes)[0]!.body)[0]!.body);
  } catch {
    throw new GoError(
      'error parsing certificate: decodedSignerCert.Bytes: x509: malformed certificate',
    );
  }
  const at = parts[0]!.tag === 0xa0 ? 5 : 4;
  return { name: Buffer.from(parts[at]!.whole), key: key(), keyId: keyIdIn(parts) };
}

/** The IP addresses of a list. Throws `GoError` with Sprig's text. */
export function ipsOf(list: readonly unknown[]): string[] {
  return list.map((ip) => {
    if (typeof ip !== 'string') {
      throw new GoError(`error parsing ip: ${formatValue(ip)} is not a string`);
    }
    if (isIP(ip) === 0) throw new GoError(`error parsing ip: ${ip}`);
    return ip;
  });
}

/** The DNS names of a list. Throws `GoError` with Sprig's text. */
export function namesOf(list: readonly unknown[]): string[] {
  return list.map((name) => {
    if (typeof name === 'string') return name;
    throw new GoError(`error processing alternate dns name: ${formatValue(name)} is not a string`);
  });
}
