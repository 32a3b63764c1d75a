import { describe, expect, it } from 'vitest';
import { hide } from '../../../base/index.ts';
import { lockArchive, unlockArchive } from './key-archive.ts';

const password = hide('correct horse');

describe('archive', () => {
  it('opens with its password alone, and only unchanged', async () => {
    const archive = await lockArchive(hide('CANARY \u00e4'), password);
    expect(archive).not.toContain('CANARY');
    expect((await unlockArchive(archive, password)).reveal()).toBe('CANARY \u00e4');
    await expect(unlockArchive(archive, hide('wrong'))).rejects.toMatchObject({ code: 'denied' });
    const parsed = JSON.parse(archive) as { data: string; salt: string };
    const bytes = Buffer.from(parsed.data, 'base64');
    bytes[20]! ^= 1;
    const changed = JSON.stringify({ ...parsed, data: bytes.toString('base64') });
    await expect(unlockArchive(changed, password)).rejects.toMatchObject({ code: 'denied' });
  });

  it.each([
    ['no JSON', 'x'],
    ['another file', '{}'],
    [
      'a cost that fills the memory',
      JSON.stringify({
        format: 'trice-seal-backup/1',
        kdf: 'scrypt',
        cost: 2 ** 30,
        salt: '',
        data: 'A'.repeat(80),
      }),
    ],
    [
      'cut data',
      JSON.stringify({
        format: 'trice-seal-backup/1',
        kdf: 'scrypt',
        cost: 2 ** 14,
        salt: '',
        data: 'AAAA',
      }),
    ],
    [
      'no cost',
      JSON.stringify({
        format: 'trice-seal-backup/1',
        kdf: 'scrypt',
        salt: '',
        data: 'A'.repeat(80),
      }),
    ],
  ])('refuses %s', async (_what, text) => {
    await expect(unlockArchive(text, password)).rejects.toMatchObject({ code: 'invalid' });
  });
});
