import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  type KeyObject,
  scryptSync,
} from 'node:crypto';
import type { FunctionTable, ParamType } from '../../signature.ts';
import { GoError } from '../../template-error.ts';
import { fromBytes, type HostObject, toBytes } from '../../value/index.ts';
import { boundsPanic, fn } from '../define.ts';
import { bcrypt } from './bcrypt.ts';
import {
  type Certificate,
  type CertificateRequest,
  goCertificate,
  ipsOf,
  issue,
  issuerOf,
  namesOf,
} from './certificate.ts';
import { decode64 } from './encoding.ts';
import { readPem } from '../../../der/index.ts';
import { genPrivateKey, newRsaKey, readKey } from './keys.ts';
import { passwordClasses, passwordTemplates } from './password-templates.ts';
import type { RandomBytes } from './random.ts';

const SEED = Buffer.from('com.lyndir.masterpassword');

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The Master Password algorithm. */
function derivePassword(
  counter: number,
  ...[kind, password, user, site]: [string, string, string, string]
): string {
  const templates = Object.hasOwn(passwordTemplates, kind) ? passwordTemplates[kind] : undefined;
  if (templates === undefined) return `cannot find password template ${kind}`;
  const name = toBytes(user);
  const salt = Buffer.concat([SEED, uint32(name.length), name]);
  const cost = { N: 32768, r: 8, p: 2, maxmem: 128 * 1024 * 1024 };
  const key = scryptSync(toBytes(password), salt, 64, cost);
  const place = toBytes(site);
  const seed = createHmac('sha256', key)
    .update(Buffer.concat([SEED, uint32(place.length), place, uint32(counter)]))
    .digest();
  const template = templates[seed[0]! % templates.length]!;
  return Array.from(template, (kindOf, i) => {
    const characters = passwordClasses[kindOf]!;
    return characters[seed[i + 1]! % characters.length];
  }).join('');
}

function aesKey(password: string): Buffer {
  const key = Buffer.alloc(32);
  toBytes(password).copy(key);
  return key;
}

function encryptAes(random: RandomBytes, password: string, text: string): string {
  if (text === '') return '';
  const iv = random(16);
  const cipher = createCipheriv('aes-256-cbc', aesKey(password), iv);
  return Buffer.concat([iv, cipher.update(toBytes(text)), cipher.final()]).toString('base64');
}

function decryptAes(password: string, encrypted: string): string {
  if (encrypted === '') return '';
  const bytes = decode64(encrypted);
  if (bytes.length < 16) throw boundsPanic(undefined, 16, bytes.length);
  if (bytes.length % 16 !== 0) throw new GoError('crypto/cipher: input not full blocks');
  const cipher = createDecipheriv('aes-256-cbc', aesKey(password), bytes.subarray(0, 16));
  cipher.setAutoPadding(false);
  const plain = Buffer.concat([cipher.update(bytes.subarray(16)), cipher.final()]);
  const padding = plain.at(-1);
  if (padding === undefined) throw new GoError('runtime error: index out of range [-1]');
  if (padding > plain.length) throw boundsPanic(undefined, plain.length - padding, plain.length);
  return fromBytes(plain.subarray(0, plain.length - padding));
}

export interface CryptoPorts {
  readonly now: () => Date;
  readonly random: RandomBytes;
}

const LIST = '[]interface {}' as const;
const CERTIFICATE = { named: 'sprig.certificate' } as const;

/** The certificate functions; keys are made by Node's own generator. */
class Authority {
  private readonly ports: CryptoPorts;

  constructor(ports: CryptoPorts) {
    this.ports = ports;
  }

  private key(pemText: string | undefined): KeyObject {
    // Asking the port first: without a source of randomness no key is made either.
    if (pemText === undefined) {
      this.ports.random(1);
      return newRsaKey(2048);
    }
    return prefixed('parsing private key', () => readKey(pemText));
  }

  private make(
    request: Omit<CertificateRequest, 'key'>,
    key: string | undefined,
    ca?: Certificate,
  ): HostObject {
    const signer =
      ca === undefined
        ? undefined
        : issuerOf(ca.cert, () => prefixed('error parsing private key', () => readKey(ca.key)));
    const full = { ...request, key: this.key(key) };
    return goCertificate(issue(full, signer, { now: this.ports.now(), random: this.ports.random }));
  }

  genCa(commonName: string, days: number, key?: string): HostObject {
    return this.make({ commonName, ips: [], names: [], days, isCa: true }, key);
  }

  selfSigned(
    ...[commonName, ips, names, days, key]: [string, unknown[], unknown[], number, string?]
  ): HostObject {
    const request = { commonName, ips: ipsOf(ips), names: namesOf(names), days, isCa: false };
    return this.make(request, key);
  }

  signed(
    ...[commonName, ips, names, days, ca, key]: [
      string,
      unknown[],
      unknown[],
      number,
      HostObject,
      string?,
    ]
  ): HostObject {
    const request = { commonName, ips: ipsOf(ips), names: namesOf(names), days, isCa: false };
    return this.make(request, key, ca.value as Certificate);
  }
}

function prefixed<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof GoError) throw new GoError(`${what}: ${thrown.message}`);
    throw thrown;
  }
}

function decoded(text: string, what: string): string {
  try {
    return fromBytes(decode64(text));
  } catch (thrown) {
    if (thrown instanceof GoError) throw new GoError(`unable to decode base64 ${what}`);
    throw thrown;
  }
}

function buildCustomCert(cert64: string, key64: string): HostObject {
  const cert = decoded(cert64, 'certificate');
  const key = decoded(key64, 'private key');
  if (readPem(cert) === undefined) throw new GoError('unable to decode certificate');
  prefixed('error parsing private key', () => readKey(key));
  return goCertificate({ cert, key });
}

const signedParams: readonly ParamType[] = ['string', LIST, LIST, 'int'];

/** Passwords, ciphers, keys and certificates. */
export function secretFunctions(ports: CryptoPorts): FunctionTable {
  const { random } = ports;
  const authority = new Authority(ports);
  const genCa = (cn: string, days: number, key?: string): HostObject =>
    authority.genCa(cn, days, key);
  const selfSigned: Authority['selfSigned'] = (...args) => authority.selfSigned(...args);
  const signed: Authority['signed'] = (...args) => authority.signed(...args);
  return {
    bcrypt: fn(['string'], (password: string) => bcrypt(password, random)),
    htpasswd: fn(['string', 'string'], (user: string, password: string) =>
      user.includes(':') ? `invalid username: ${user}` : `${user}:${bcrypt(password, random)}`,
    ),
    derivePassword: fn(['uint32', 'string', 'string', 'string', 'string'], derivePassword),
    encryptAES: fn(['string', 'string'], (password: string, text: string) =>
      encryptAes(random, password, text),
    ),
    decryptAES: fn(['string', 'string'], decryptAes),
    genPrivateKey: fn(['string'], genPrivateKey),
    buildCustomCert: fn(['string', 'string'], buildCustomCert),
    genCA: fn(['string', 'int'], genCa),
    genCAWithKey: fn(['string', 'int', 'string'], genCa),
    genSelfSignedCert: fn(signedParams, selfSigned),
    genSelfSignedCertWithKey: fn([...signedParams, 'string'], selfSigned),
    genSignedCert: fn([...signedParams, CERTIFICATE], signed),
    genSignedCertWithKey: fn([...signedParams, CERTIFICATE, 'string'], signed),
  };
}
