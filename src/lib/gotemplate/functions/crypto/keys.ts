import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { GoError } from '../../template-error.ts';
import { elements, integer, pem, readPem, sequence } from '../../../der/index.ts';

/** OpenSSL's old form of a DSA key, which Node does not write: version, P, Q, G, Y, X. */
function dsaPem(key: KeyObject): string {
  const [, algorithm, secret] = elements(
    elements(key.export({ type: 'pkcs8', format: 'der' }))[0]!.body,
  );
  const parameters = elements(elements(algorithm!.body)[1]!.body).map(({ body }) => body);
  const x = elements(secret!.body)[0]!.body;
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const y = elements(elements(elements(spki)[0]!.body)[1]!.body.subarray(1))[0]!.body;
  const numbers = [Buffer.of(0), ...parameters, y, x].map(integer);
  return pem('DSA PRIVATE KEY', sequence(...numbers));
}

/** A private key in the PEM form Sprig gives its kind. */
export function keyPem(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return key.export({ type: 'pkcs1', format: 'pem' }) as string;
    case 'ec':
      return key.export({ type: 'sec1', format: 'pem' }) as string;
    case 'dsa':
      return dsaPem(key);
    default:
      return key.export({ type: 'pkcs8', format: 'pem' }) as string;
  }
}

/** A new RSA key. */
export function newRsaKey(size: number): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: size }).privateKey;
}

/** genPrivateKey: a new key of that kind as PEM, or a text that says the kind is not known. */
export function genPrivateKey(kind: string): string {
  switch (kind) {
    case '':
    case 'rsa':
      return keyPem(newRsaKey(4096));
    case 'dsa':
      return keyPem(
        generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).privateKey,
      );
    case 'ecdsa':
      return keyPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    case 'ed25519':
      return keyPem(generateKeyPairSync('ed25519').privateKey);
    default:
      return `Unknown type ${kind}`;
  }
}

const kinds: Readonly<Record<string, 'pkcs1' | 'sec1'>> = { RSA: 'pkcs1', EC: 'sec1' };

/** A private key from PEM. Throws `GoError` with Sprig's text. */
export function readKey(text: string): KeyObject {
  const block = readPem(text);
  if (block === undefined) throw new GoError('no PEM data in input');
  const { type, bytes } = block;
  if (type === 'PRIVATE KEY') return parseKey(bytes, 'pkcs8', 'decoding PEM as PKCS#8');
  if (!type.endsWith(' PRIVATE KEY')) {
    throw new GoError(`no private key data in PEM block of type ${type}`);
  }
  const name = type.slice(0, -' PRIVATE KEY'.length);
  const format = kinds[name];
  if (format === undefined) throw new GoError(`invalid private key type ${name}`);
  return parseKey(bytes, format, `parsing ${name} private key from PEM`);
}

function parseKey(bytes: Buffer, type: 'pkcs8' | 'pkcs1' | 'sec1', what: string): KeyObject {
  try {
    return createPrivateKey({ key: bytes, format: 'der', type });
  } catch (thrown) {
    throw new GoError(`${what}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}
