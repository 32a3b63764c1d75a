import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from './base64.ts';
import { certificatesOf, fingerprintOf, privateKeyOf, sealingKeyOf } from './certificate.ts';
import { createKeyRing } from './key-ring.ts';
import { labelOf } from './label.ts';
import { sealValue } from './sealed-value.ts';
import vector from '../testdata/vector.json' with { type: 'json' };

const testdata = (name: string): string =>
  readFileSync(new URL(`../testdata/${name}`, import.meta.url), 'utf8');
const small = createPrivateKey({
  key: Buffer.from(vector.privateKey, 'base64'),
  format: 'der',
  type: 'pkcs8',
});
const key = privateKeyOf(testdata('key.pem'));
const publicKey = createPublicKey(key);

describe('the vector', () => {
  it('opens with its label and not with another', async () => {
    const ring = createKeyRing([small]);
    const blob = Buffer.from(vector.blob, 'base64');
    expect(String(await ring.open(blob, Buffer.from('myns/myname')))).toBe('bar');
    await expect(ring.open(blob, Buffer.from('myns/other'))).rejects.toThrow(
      'no key could decrypt secret',
    );
  });

  it('has the fingerprint and, with its session key, the same symmetric part', () => {
    expect(fingerprintOf(small)).toBe(vector.fingerprint);
    const sessionKey = Buffer.from(Array.from({ length: 32 }, (_, at) => at));
    const sealed = sealValue(
      createPublicKey(small),
      Buffer.from('bar'),
      Buffer.from('myns/myname'),
      sessionKey,
    );
    expect(sealed.subarray(2 + 128).toString('hex')).toBe(vector.gcm);
    expect(sealed.readUInt16BE()).toBe(128);
  });
});

describe('labelOf', () => {
  it.each([
    ['strict', 'myns/myname'],
    ['namespace-wide', 'myns'],
    ['cluster-wide', ''],
  ] as const)('%s', (scope, label) => {
    expect(String(labelOf({ namespace: 'myns', name: 'myname' }, scope))).toBe(label);
  });
});

describe('sealing and opening', () => {
  it('gives any value back, under any label', async () => {
    const ring = createKeyRing([key]);
    const bytes = fc.uint8Array({ maxLength: 2000 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.uint8Array({ maxLength: 80 }), async (plain, label) => {
        expect(await ring.open(sealValue(publicKey, plain, label), label)).toEqual(
          Buffer.from(plain),
        );
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ['nothing', 0, 'SealedSecret data is too short'],
    ['one byte', 1, 'SealedSecret data is too short'],
    ['less than the wrapped key', 100, 'SealedSecret data is too short'],
    ['no body', 2 + 256, 'no key could decrypt secret'],
    ['a cut tag', 2 + 256 + 10, 'no key could decrypt secret'],
  ])('refuses a value cut to %s', async (_what, length, text) => {
    const sealed = sealValue(publicKey, Buffer.from('x'), Buffer.alloc(0));
    await expect(
      createKeyRing([key]).open(sealed.subarray(0, length), Buffer.alloc(0)),
    ).rejects.toThrow(text);
  });

  it('refuses a changed bit wherever it is', async () => {
    const ring = createKeyRing([key]);
    const sealed = sealValue(publicKey, Buffer.from('value'), Buffer.alloc(0));
    for (const at of [5, 200, 258, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      await expect(ring.open(changed, Buffer.alloc(0))).rejects.toThrow('no key could decrypt');
    }
  });

  it('finds the right key among several, whatever their order and size', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const sealed = sealValue(publicKey, Buffer.from('x'), Buffer.alloc(0));
    for (const keys of [
      [small, other, key],
      [key, other, small],
    ]) {
      const ring = createKeyRing(keys);
      expect(ring.size).toBe(3);
      expect(String(await ring.open(sealed, Buffer.alloc(0)))).toBe('x');
    }
  });

  it('no longer opens with a key that was taken out', async () => {
    const ring = createKeyRing();
    ring.remove(ring.add(key));
    const sealed = sealValue(publicKey, Buffer.from('x'), Buffer.alloc(0));
    await expect(ring.open(sealed, Buffer.alloc(0))).rejects.toThrow('no key could decrypt');
  });
});

describe('certificates and keys', () => {
  const pem = testdata('cert.pem');
  it('takes the first certificate of several', () => {
    expect(certificatesOf(`${pem}\n${pem}`)).toHaveLength(2);
    expect(fingerprintOf(sealingKeyOf(pem, new Date('2027-01-01')))).toBe(fingerprintOf(key));
  });

  it.each([
    ['no certificate', 'hello', 'data does not contain any valid RSA or ECDSA certificates'],
    [
      'a broken one',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      'malformed certificate',
    ],
  ])('refuses %s', (_what, text, message) => {
    expect(() => sealingKeyOf(text, new Date())).toThrow(message);
  });

  it('refuses an expired one and says since when', () => {
    expect(() => sealingKeyOf(pem, new Date('2126-10-28'))).toThrow(
      'failed to encrypt using an expired certificate on October 27, 2126',
    );
  });

  it('reads PKCS #1 and PKCS #8, and no elliptic curve', () => {
    const pkcs1 = key.export({ type: 'pkcs1', format: 'pem' }) as string;
    expect(fingerprintOf(privateKeyOf(pkcs1))).toBe(fingerprintOf(key));
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const sec1 = ec.export({ type: 'sec1', format: 'pem' }) as string;
    expect(() => privateKeyOf(sec1)).toThrow('private key is not an RSA key');
    expect(() => privateKeyOf('swordfish')).toThrow('does not contain a valid RSA');
  });
});

describe('decodeBase64', () => {
  it.each([
    ['', ''],
    ['YmFy', 'bar'],
    ['YmE=', 'ba'],
    ['Yg==', 'b'],
    ['Ym\nFy\r\n', 'bar'],
    ['Yg=\n=\n', 'b'],
  ])('%j', (text, plain) => {
    expect(String(decodeBase64(text))).toBe(plain);
  });

  // Bytes as Go 1.26's encoding/base64 reports them.
  it.each([
    ['%%', 0],
    ['foo bar', 3],
    ['Y', 0],
    ['Ym', 0],
    ['YmF', 0],
    ['YmFyY', 4],
    ['Y===', 1],
    ['Ym=', 3],
    ['Ym=x', 2],
    ['YmE=x', 4],
    ['YmE==', 4],
    ['YmFy-w==', 4],
  ])('refuses %j at byte %i', (text, at) => {
    expect(() => decodeBase64(text)).toThrow(`illegal base64 data at input byte ${at}`);
  });
});
