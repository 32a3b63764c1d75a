import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSealedSecret } from '../../../../api/sealed-secret/index.ts';
import { systemClock } from '../../../../base/index.ts';
import {
  createKeyRing,
  privateKeyOf,
  templateRenderer,
  unsealSecret,
} from '../../../../features/seal/index.ts';
import { parse } from '../../../../lib/yaml/index.ts';
import { program } from '../index.ts';

const testdata = path.resolve(import.meta.dirname, '../../../../features/seal/testdata');
let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(path.join(os.tmpdir(), 'cloud-seal-'));
  await copyFile(path.join(testdata, 'cert.pem'), path.join(cwd, 'pub-cert.pem'));
  await writeFile(path.join(cwd, 'api-key.txt'), 'k3y\n');
});
afterEach(() => rm(cwd, { recursive: true }));

async function run(...argv: string[]): Promise<{ code: number; out: string }> {
  let out = '';
  const written = { isTTY: false, write: (chunk: string | Uint8Array) => void (out += chunk) };
  const code = await program(['cloud', 'seal', ...argv], {
    stdin: (async function* () {})(),
    stdout: written,
    stderr: written,
    env: { HOME: cwd },
    cwd,
    signal: new AbortController().signal,
    clock: systemClock,
  });
  return { code, out };
}

async function opened(file: string): Promise<Record<string, string>> {
  const sealed = parseSealedSecret(parse(await readFile(path.join(cwd, file), 'utf8')));
  const key = privateKeyOf(await readFile(path.join(testdata, 'key.pem'), 'utf8'));
  const ring = createKeyRing([key]);
  const { data = {} } = await unsealSecret(sealed, { ring, render: templateRenderer(systemClock) });
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]),
  );
}

describe('faas-cli cloud seal', () => {
  it('writes secrets.yml, as the guide says', async () => {
    expect(
      await run('--name', 'alexellis-fn1', '--literal', 'secret=My AWS key goes here'),
    ).toEqual({
      code: 0,
      out: 'Sealing secret: alexellis-fn1 in namespace: openfaas-fn\n\nsecrets.yml written.\n',
    });
    const text = await readFile(path.join(cwd, 'secrets.yml'), 'utf8');
    expect(text.replace(/secret: .*/, 'secret: AgB')).toBe(`---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: alexellis-fn1
  namespace: openfaas-fn
spec:
  encryptedData:
    secret: AgB
  template:
    metadata:
      name: alexellis-fn1
      namespace: openfaas-fn
`);
    expect(await opened('secrets.yml')).toEqual({ secret: 'My AWS key goes here' });
  });

  it('takes several values, files, another namespace and another file', async () => {
    const args = ['--name', 'n', '-n', 'dev', '-l', 'a=b=c', '-l', 'c= d ', '-i', 'api-key.txt'];
    expect((await run(...args, '-o', 'other.yml')).code).toBe(0);
    expect(await opened('other.yml')).toEqual({ a: 'b=c', c: 'd', 'api-key.txt': 'k3y\n' });
  });

  it.each([
    ['-l a=b', '--name is required'],
    ['--name n', 'No value to seal: give --literal k=v or --from-file FILE'],
    ['--name n -l CANARY', 'Each --literal must take the form key=value'],
    ['--name n -l =CANARY', '--literal must have a non-empty key'],
    ['--name n -l key=', '--literal must have a non-empty value'],
    ['--name n -i none.txt', 'Open none.txt: no such file or directory'],
    ['--name n -l a=b -c none.pem', 'Unable to load public certificate none.pem'],
    ['--name n -l a=b -c api-key.txt', 'Data does not contain any valid RSA or ECDSA certificates'],
    ['--download', '--download is not supported'],
  ])('%s: %s', async (args, text) => {
    const { code, out } = await run(...args.split(' '));
    expect([code, out]).toEqual([1, expect.stringContaining(text)]);
    expect(out).not.toContain('CANARY');
    await expect(readFile(path.join(cwd, 'secrets.yml'))).rejects.toThrow('ENOENT');
  });
});
