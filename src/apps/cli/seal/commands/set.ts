import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../../base/index.ts';
import { annotations, scopeOf } from '../../../../api/sealed-secret/index.ts';
import {
  fingerprintOf,
  hintOf,
  labelOf,
  misfitsOf,
  sealValue,
} from '../../../../features/seal/index.ts';
import { exactArgs } from '../../cobra/index.ts';
import type { Command } from '../../cobra/index.ts';
import { readAll } from '../../io.ts';
import { certFlag, sealingKey } from '../known-keys.ts';
import { findSealed, writeChanges } from '../sealed-files.ts';
import type { SealedAt } from '../sealed-files.ts';

/** `trice seal set`: seals one value and puts it into its place; the others stay as they are. */
export const set: Command = {
  use: 'set FILE KEY',
  short: 'Change one value of a sealed secret in place; the value is read from standard input',
  args: exactArgs(2),
  flags: [
    certFlag,
    { name: 'from-file', type: 'string', usage: 'Read the value from this file, as it is' },
    { name: 'name', type: 'string', usage: 'Which SealedSecret, where the file holds several' },
  ],
  run: async (call) => {
    const { args, flags, io } = call;
    const [file = '', key = ''] = args;
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
      throw new KnownError('invalid', `${key}: not a key of a Secret`);
    }
    const at = await theOne(io.cwd, file, flags.string('name'));
    const { metadata } = at.sealed;
    const publicKey = await sealingKey(call);
    const fits = othersFit(at, key, publicKey);
    const from = flags.string('from-file');
    const plain =
      from === '' ? await readAll(io.stdin) : await readFile(path.resolve(io.cwd, from));
    const label = labelOf(metadata, scopeOf(metadata.annotations));
    const value = sealValue(publicKey, plain, label).toString('base64');
    const sealedFor = { [annotations.sealedFor]: fingerprintOf(publicKey) };
    await writeChanges(io.cwd, [
      { at, encryptedData: { [key]: value }, annotations: fits === 'for sure' ? sealedFor : {} },
    ]);
    io.stdout.write(`${file}: ${metadata.name} ${key} sealed\n`);
  },
};

/** The SealedSecret that is meant. Throws `KnownError` when there is none, or several, or it has no namespace. */
async function theOne(cwd: string, file: string, name: string): Promise<SealedAt> {
  const found = await findSealed(cwd, file);
  const [at, ...more] = found.filter(({ sealed }) => name === '' || sealed.metadata.name === name);
  if (at === undefined) throw new KnownError('not-found', `${file}: no such SealedSecret in it`);
  if (more.length > 0) {
    throw new KnownError('invalid', `${file}: holds several; say which with --name`);
  }
  const { metadata } = at.sealed;
  const scope = scopeOf(metadata.annotations);
  if (scope === 'cluster-wide' || metadata.namespace) return at;
  throw new KnownError(
    'invalid',
    `${file}: ${metadata.name} names no namespace, and its scope is ${scope}`,
  );
}

/**
 * Whether the values that stay were sealed for this key as well: an object for two keys opens nowhere.
 * Throws `KnownError('invalid')` when they were not.
 */
function othersFit(
  { file, sealed }: SealedAt,
  key: string,
  publicKey: KeyObject,
): 'for sure' | 'perhaps' {
  const { [key]: _replaced, ...others } = sealed.spec.encryptedData;
  if (Object.keys(others).length === 0) return 'for sure';
  const rest = { ...sealed, spec: { ...sealed.spec, encryptedData: others } };
  const [misfit] = misfitsOf(rest, publicKey);
  if (misfit === undefined) return hintOf(sealed.metadata) === undefined ? 'perhaps' : 'for sure';
  throw new KnownError(
    'invalid',
    `${file}: the other values do not fit this certificate: ${misfit.reason}; use trice seal reseal`,
  );
}
