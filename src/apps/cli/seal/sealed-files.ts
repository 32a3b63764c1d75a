import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isRecord, KnownError, messageOf } from '../../../base/index.ts';
import { parseSealedSecret } from '../../../api/sealed-secret/index.ts';
import type { SealedSecret } from '../../../api/sealed-secret/index.ts';
import { edit, parseDocuments } from '../../../lib/yaml/index.ts';
import { writeAtomically } from '../kubeseal/index.ts';

/** A SealedSecret where it stands in a file. */
export interface SealedAt {
  /** As it was found, below what was asked for. */
  readonly file: string;
  readonly sealed: SealedSecret;
  /** Where its document begins in the file, and the document as it is written. */
  readonly offset: number;
  readonly text: string;
}

const skipped = new Set(['.git', 'node_modules']);

/**
 * Every SealedSecret of a file or of a folder's `.yaml`, `.yml` and `.json` files, sorted by file.
 * @throws {KnownError} that names the file that cannot be read, or is no YAML although it speaks of one.
 */
export async function findSealed(cwd: string, target: string): Promise<SealedAt[]> {
  const found: SealedAt[] = [];
  for (const file of await filesOf(cwd, target)) {
    const text = await readFile(path.resolve(cwd, file), 'utf8');
    if (text.includes('SealedSecret')) found.push(...sealedIn(file, text));
  }
  return found;
}

async function filesOf(cwd: string, target: string): Promise<string[]> {
  const at = path.resolve(cwd, target);
  try {
    if (!(await stat(at)).isDirectory()) return [target];
  } catch (thrown) {
    throw new KnownError('not-found', `${target}: ${messageOf(thrown)}`);
  }
  const entries = await readdir(at, { withFileTypes: true });
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const files: string[] = [];
  for (const entry of sorted) {
    const file = path.join(target, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) files.push(...(await filesOf(cwd, file)));
    if (entry.isFile() && /\.(ya?ml|json)$/.test(entry.name)) files.push(file);
  }
  return files;
}

function sealedIn(file: string, text: string): SealedAt[] {
  const found: SealedAt[] = [];
  let from = 0;
  for (const { value, text: own } of parseDocuments(text, { file })) {
    const offset = text.indexOf(own, from);
    from = offset + own.length;
    if (!isRecord(value) || value.kind !== 'SealedSecret') continue;
    if (value.apiVersion !== 'bitnami.com/v1alpha1') continue;
    found.push({ file, sealed: parseSealedSecret(value), offset, text: own });
  }
  return found;
}

/** What changes in one SealedSecret. */
export interface SealedChange {
  readonly at: SealedAt;
  readonly encryptedData: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Writes new values into their places, file by file; comments, order and every other byte stay. */
export async function writeChanges(cwd: string, changes: readonly SealedChange[]): Promise<void> {
  const files = Map.groupBy(changes, ({ at }) => at.file);
  for (const [file, ofFile] of files) {
    const target = path.resolve(cwd, file);
    let text = await readFile(target, 'utf8');
    // From the end, so that what comes before keeps its place.
    for (const { at, encryptedData, annotations } of ofFile.toReversed()) {
      const edits = [
        ...editsOf(['spec', 'encryptedData'], encryptedData),
        ...editsOf(['metadata', 'annotations'], annotations),
      ];
      const changed = edits.reduce((now, each) => edit(now, [each]), at.text);
      text = text.slice(0, at.offset) + changed + text.slice(at.offset + at.text.length);
    }
    await writeAtomically(target, text);
  }
}

interface OneEdit {
  readonly document: number;
  readonly path: string[];
  readonly value: string;
}

function editsOf(under: readonly string[], values: Readonly<Record<string, string>>): OneEdit[] {
  return Object.entries(values).map(([key, value]) => ({
    document: 0,
    path: [...under, key],
    value,
  }));
}
