import { armor, generateIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { hide } from '../../../base/index.ts';
import type { Hidden } from '../../../base/index.ts';
import { lockArchive, unlockArchive } from './key-archive.ts';
import type { Unlock } from './key-archive.ts';

const text = hide('CANARY \u00e4');
const password = hide('correct horse');
const open = (archive: string | Uint8Array, unlock: Unlock): Promise<Hidden<string>> =>
  unlockArchive(Buffer.from(archive), unlock);
const denied = { code: 'denied' };

describe('archive', () => {
  it('opens with its password alone', async () => {
    const archive = await lockArchive(text, { password });
    expect(archive).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
    expect(archive).not.toContain('CANARY');
    expect((await open(archive, { password })).reveal()).toBe('CANARY \u00e4');
    await expect(open(archive, { password: hide('wrong') })).rejects.toMatchObject(denied);
  });

  it('opens for each recipient, in armour or not, and only unchanged', async () => {
    const [one, two, other] = await Promise.all([
      generateIdentity(),
      generateIdentity(),
      generateIdentity(),
    ]);
    const recipients = await Promise.all([one, two].map(identityToRecipient));
    const archive = await lockArchive(text, { recipients });
    const bytes = armor.decode(archive);
    for (const each of [one, two]) {
      const identities = [hide(other), hide(each)];
      expect((await open(archive, { identities })).reveal()).toBe('CANARY \u00e4');
      expect((await open(bytes, { identities })).reveal()).toBe('CANARY \u00e4');
    }
    await expect(open(archive, { identities: [hide(other)] })).rejects.toMatchObject(denied);
    await expect(open(archive, { password })).rejects.toMatchObject(denied);
    bytes[bytes.length - 1]! ^= 1;
    await expect(open(bytes, { identities: [hide(one)] })).rejects.toMatchObject(denied);
  });

  it.each([
    ['nothing', ''],
    ['another file', '{"kind": "Secret"}'],
    ['armour that was cut', '-----BEGIN AGE ENCRYPTED FILE-----\nYWdl'],
  ])('refuses %s', async (_what, archive) => {
    await expect(open(archive, { password })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('refuses keys that are none, and never repeats a private one', async () => {
    await expect(lockArchive(text, { recipients: ['age1x'] })).rejects.toThrow(
      '"age1x" is no age recipient',
    );
    const archive = await lockArchive(text, { password });
    const identities = [hide('AGE-SECRET-KEY-1CANARY')];
    await expect(open(archive, { identities })).rejects.toThrow(
      /^(?!.*CANARY).*no age private key/,
    );
  });
});
