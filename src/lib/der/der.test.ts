import { describe, expect, it } from 'vitest';
import {
  addressBytes,
  bits,
  der,
  elements,
  explicit,
  integer,
  oid,
  pem,
  readPem,
  sequence,
  time,
} from './index.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('writing', () => {
  it.each([
    ['a short length', der(0x04, Buffer.alloc(3)), '0403000000'],
    ['zero', integer(Buffer.of(0, 0)), '020100'],
    ['a high bit gets a zero before it', integer(Buffer.of(0x80)), '02020080'],
    ['leading zeros go', integer(Buffer.of(0, 0, 5)), '020105'],
    ['sha256WithRSAEncryption', oid('1.2.840.113549.1.1.11'), '06092a864886f70d01010b'],
    ['commonName', oid('2.5.4.3'), '0603550403'],
    ['bits', bits(Buffer.of(0xa4), 2), '030202a4'],
    ['explicit', explicit(3, sequence()), 'a3023000'],
    [
      'UTCTime through 2049',
      time(new Date('2049-12-31T23:59:59.900Z')),
      `170d${Buffer.from('491231235959Z').toString('hex')}`,
    ],
    [
      'GeneralizedTime from 2050',
      time(new Date('2050-01-01T00:00:00Z')),
      `180f${Buffer.from('20500101000000Z').toString('hex')}`,
    ],
  ])('%s', (_name, bytes, expected) => {
    expect(hex(bytes)).toBe(expected);
  });

  it.each([127, 128, 255, 256, 70_000])('a length of %i is read back', (length) => {
    const [found] = elements(der(0x04, Buffer.alloc(length, 7)));
    expect([found?.tag, found?.body.length, found?.body.every((byte) => byte === 7)]).toEqual([
      4,
      length,
      true,
    ]);
  });
});

describe('reading', () => {
  it('gives each value with all its bytes', () => {
    const [outer] = elements(sequence(integer(Buffer.of(1)), oid('2.5.4.3')));
    expect(elements(outer!.body).map(({ tag, whole }) => [tag, hex(whole)])).toEqual([
      [2, '020101'],
      [6, '0603550403'],
    ]);
  });

  it('refuses what ends too soon', () => {
    expect(() => elements(Buffer.from('0405aa', 'hex'))).toThrow(RangeError);
    expect(() => elements(Buffer.from('04', 'hex'))).toThrow(RangeError);
  });
});

describe('PEM and addresses', () => {
  it('a block is read back', () => {
    const text = pem('CERTIFICATE', Buffer.alloc(60, 1));
    expect(text.split('\n').map((line) => line.length)).toEqual([27, 64, 16, 25, 0]);
    expect(readPem(`before\n${text}after`)).toEqual({
      type: 'CERTIFICATE',
      bytes: Buffer.alloc(60, 1),
    });
    expect(readPem('nothing')).toBeUndefined();
  });

  it.each([
    ['127.0.0.1', '7f000001'],
    ['::1', '00000000000000000000000000000001'],
    ['fe80::1:2', 'fe800000000000000000000000010002'],
    ['::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ])('%s', (address, expected) => {
    expect(hex(addressBytes(address))).toBe(expected);
  });
});
