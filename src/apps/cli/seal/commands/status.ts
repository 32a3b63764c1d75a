import { scopeOf } from '../../../../api/sealed-secret/index.ts';
import { createKeyRing, hintOf, misfitsOf, resealValues } from '../../../../features/seal/index.ts';
import { maximumArgs } from '../../cobra/index.ts';
import type { Command } from '../../cobra/index.ts';
import { certificateKeys, certsFlag, privateKeys, privateKeysFlag } from '../known-keys.ts';
import type { KnownKey } from '../known-keys.ts';
import { findSealed } from '../sealed-files.ts';
import type { SealedAt } from '../sealed-files.ts';

const dayMs = 86_400_000;

/** `trice seal status`: every sealed secret of a folder, its scope, its key and the key's age. */
export const status: Command = {
  use: 'status [PATH]',
  short: 'List the sealed secrets of a folder with scope, key and the age of the key',
  long: 'Lists every sealed secret of a folder. The key is what stands beside the values, or what the given private keys tell for sure; with certificates alone it is the only one that may fit, marked with a question mark.',
  args: maximumArgs(1),
  flags: [certsFlag, privateKeysFlag],
  run: async (call) => {
    const { args, io } = call;
    const { keys: openers } = await privateKeys(call);
    const known = { keys: [...(await certificateKeys(call)), ...openers], openers };
    const rows = [['FILE', 'NAMESPACE', 'NAME', 'SCOPE', 'VALUES', 'KEY', 'KEY AGE']];
    for (const at of await findSealed(io.cwd, args[0] ?? '.'))
      rows.push(await rowOf(at, known, io.clock.now()));
    const widths = rows[0]!.map((_head, column) =>
      Math.max(...rows.map((row) => row[column]!.length)),
    );
    for (const row of rows) {
      io.stdout.write(
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
      );
    }
  },
};

interface Known {
  readonly keys: readonly KnownKey[];
  readonly openers: readonly KnownKey[];
}

async function rowOf(at: SealedAt, known: Known, now: Date): Promise<string[]> {
  const { metadata, spec } = at.sealed;
  const { key, isSure } = await keyOf(at, known);
  const notBefore = known.keys.find(
    (each) => each.fingerprint === key && each.notBefore,
  )?.notBefore;
  const days = notBefore && Math.floor((now.getTime() - notBefore.getTime()) / dayMs);
  return [
    at.file,
    metadata.namespace ?? '',
    metadata.name,
    scopeOf(metadata.annotations),
    String(Object.keys(spec.encryptedData).length),
    key === undefined ? 'unknown' : `${key}${isSure ? '' : '?'}`,
    days === undefined ? '' : `${days}d`,
  ];
}

/** The key of an object: by opening it, by what stands beside it, by ruling out the others. */
async function keyOf(
  at: SealedAt,
  { keys, openers }: Known,
): Promise<{ key?: string; isSure: boolean }> {
  const key = (await openingKey(at, openers)) ?? hintOf(at.sealed.metadata);
  if (key !== undefined) return { key, isSure: true };
  const fitting = keys.filter((each) => misfitsOf(at.sealed, each.key).length === 0);
  const [only, ...more] = new Set(fitting.map(({ fingerprint }) => fingerprint));
  return only !== undefined && more.length === 0 ? { key: only, isSure: false } : { isSure: false };
}

async function openingKey(at: SealedAt, openers: readonly KnownKey[]): Promise<string | undefined> {
  for (const { key, fingerprint } of openers) {
    try {
      await resealValues(at.sealed, createKeyRing([key]), key);
      return fingerprint;
    } catch {
      // Another key's; the next is tried.
    }
  }
  return undefined;
}
