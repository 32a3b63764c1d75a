import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { privateKeyOf, sealingKeyOf } from '../crypto/certificate.ts';
import { generateKey } from './generate-key.ts';

const options = {
  bits: 1024,
  ttlMs: 3_600_000,
  commonName: '',
  now: new Date('2026-01-02T03:04:05.678Z'),
};

describe('generateKey', () => {
  it('makes a certificate that signs itself and holds the key', async () => {
    const { certificatePem, privateKeyPem } = await generateKey(options);
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(privateKeyOf(privateKeyPem.reveal()))).toBe(true);
    expect(certificate.validFromDate.toISOString()).toBe('2026-01-02T03:04:05.000Z');
    expect(certificate.validToDate.toISOString()).toBe('2026-01-02T04:04:05.000Z');
    expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
    expect(sealingKeyOf(certificatePem, options.now).asymmetricKeyType).toBe('rsa');
    expect(JSON.stringify({ privateKeyPem })).not.toContain('PRIVATE');
  });

  it('marks it as the original does, as another reader of certificates sees it', async () => {
    const { certificatePem } = await generateKey({ ...options, commonName: 'mine' });
    const certificate = new x509.X509Certificate(certificatePem);
    expect([certificate.subject, certificate.issuer]).toEqual(['CN=mine', 'CN=mine']);
    expect(certificate.extensions.map(({ critical }) => critical)).toEqual([true, true]);
    expect(certificate.extensions[0]).toMatchObject({ usages: x509.KeyUsageFlags.encipherOnly });
    expect(certificate.extensions[1]).toMatchObject({ ca: true });
    expect(await certificate.verify({ signatureOnly: true })).toBe(true);
  });

  it('writes years after 2049 too', async () => {
    const { certificatePem } = await generateKey({ ...options, ttlMs: 50 * 365 * 86_400_000 });
    expect(new X509Certificate(certificatePem).validToDate.getUTCFullYear()).toBe(2075);
  });
});
