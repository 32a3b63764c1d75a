import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hide } from '../../base/index.ts';
import { parseDocuments } from '../yaml/index.ts';
import { decryptSops } from './index.ts';
import type { SopsFormat, SopsKeys } from './index.ts';
import { floatText } from './tree/tree.ts';

// Encrypted by sops 3.11, with what it decrypts them to beside them; the keys are for nothing else.
const folder = path.join(import.meta.dirname, 'testdata');
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
const keys: SopsKeys = { age: hide(read('keys.txt')) };

const open = (
  text: string,
  more: Partial<{ format: SopsFormat; keys: SopsKeys }> = {},
): Promise<string> => decryptSops(text, { format: 'yaml', file: 'a.yaml', keys, ...more });
const values = (text: string): unknown[] => parseDocuments(text).map(({ value }) => value);

describe('a file that sops encrypted is opened as sops opens it', () => {
  it.each(['age', 'regex', 'unregex', 'suffix', 'maconly', 'comment', 'both', 'shamir'])(
    'YAML: %s',
    async (name) => {
      expect(values(await open(read(`${name}.yaml`)))).toEqual(values(read(`${name}.plain.yaml`)));
    },
  );

  it('JSON', async () => {
    const text = await open(read('age.json'), { format: 'json' });
    expect(JSON.parse(text)).toEqual(JSON.parse(read('age.plain.json')));
  });

  it('env', async () => {
    const text = await open(read('age.env'), { format: 'env' });
    expect(text).toBe(read('age.plain.env').replace(/^#.*\n/gm, ''));
  });

  it('ini', async () => {
    const lines = (text: string): string[] =>
      text
        .split('\n')
        .map((line) => line.replace(/\s*=\s*/, '='))
        .filter((line) => line !== '' && !line.startsWith(';'));
    const text = await open(read('age.ini'), { format: 'ini' });
    expect(lines(text)).toEqual(lines(read('age.plain.ini')));
  });

  it('any other file', async () => {
    expect(await open(read('age.bin'), { format: 'binary' })).toBe(read('age.plain.bin'));
  });
});

describe('what was changed since is refused, and no word of it is told', () => {
  const text = read('regex.yaml');
  const lines = text.split('\n');
  const password = lines.find((line) => line.includes('password:')) ?? '';
  const number = lines.find((line) => line.includes('number:')) ?? '';
  const value = (line: string): string => line.slice(line.indexOf('ENC'));

  it.each([
    ['a value that is not encrypted', text.replace('name: credentials', 'name: others')],
    ['an encrypted value', text.replace(/(password: ENC\[AES256_GCM,data:)(.)/, '$1_')],
    ['a value in the place of another', text.replace(value(password), value(number))],
    ['a value that is gone', lines.filter((line) => line !== password).join('\n')],
    ['a value in plain text', text.replace(value(password), 'plain')],
    ['the order of values', text.replace(/( +password: .*\n)( +number: .*\n)/, '$2$1')],
    ['the time of the last change', text.replace(/lastmodified: "2/, 'lastmodified: "3')],
    ['the rule', text.replace('encrypted_regex: ^(data|stringData)$', 'encrypted_regex: ^data$')],
    ['the code itself', text.replace(/ {4}mac: .*\n/, '')],
  ])('%s', async (_what, changed) => {
    expect(changed).not.toBe(text);
    const error = await open(changed).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'invalid' });
    expect(String(error)).toContain('a.yaml');
    expect(String(error)).not.toMatch(/canary/);
  });
});

it('names the keys that would open a file', async () => {
  const [first = ''] = read('keys.txt')
    .split('\n')
    .filter((line) => line.startsWith('AGE'));
  const one = { age: hide(first) };
  await expect(open(read('age.yaml'), { keys: {} })).rejects.toMatchObject({
    code: 'denied',
    message: expect.stringMatching(
      /^a\.yaml: no key opens it; it is encrypted for age age1/,
    ) as string,
  });
  await expect(open(read('shamir.yaml'), { keys: one })).rejects.toMatchObject({ code: 'denied' });
  const cloud = read('age.yaml').replace(
    / {4}age:[\s\S]*?(?= {4}lastmodified)/,
    '    kms: [{arn: x, enc: y}]\n',
  );
  await expect(open(cloud)).rejects.toThrow('kms (key services are not supported)');
});

it.each(['', 'a: b', '[]', 'a: [', 'sops: x', 'sops: {mac: x}'])('refuses %j', async (text) => {
  await expect(open(text)).rejects.toMatchObject({ name: 'KnownError' });
});

it.each([
  [1.5, '1.5'],
  [1e21, '1000000000000000000000'],
  [0.0000012, '0.0000012'],
  [-2.5e-8, '-0.000000025'],
  [123e20, '12300000000000000000000'],
  [-0, '-0'],
])('writes %d as Go does: %s', (value, text) => expect(floatText(value)).toBe(text));

const gpg = ['/usr/bin/gpg', '/usr/local/bin/gpg', '/opt/homebrew/bin/gpg'].find((file) => {
  try {
    execFileSync(file, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

describe.skipIf(gpg === undefined)('PGP (gpg)', () => {
  let home: string;

  beforeAll(() => {
    home = mkdtempSync(path.join(tmpdir(), 'gpg-'));
    const args = ['--homedir', home, '--batch', '--quiet', '--import'];
    execFileSync(gpg ?? '', args, { input: read('pgp.asc'), stdio: ['pipe', 'ignore', 'ignore'] });
  });

  afterAll(() => {
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent'], { stdio: 'ignore' });
    rmSync(home, { recursive: true, force: true });
  });

  const pgp = async (armored: string): Promise<Uint8Array> =>
    execFileSync(gpg ?? '', ['--homedir', home, '--batch', '--quiet', '--decrypt'], {
      input: armored,
      stdio: ['pipe', 'pipe', 'ignore'],
    });

  it.each(['pgp', 'both'])('opens %s.yaml', async (name) => {
    const text = await open(read(`${name}.yaml`), { keys: { pgp } });
    expect(values(text)).toEqual(values(read(`${name}.plain.yaml`)));
  });
});
