import { createHash } from 'node:crypto';
import { RE2JS } from 're2js';
import { KnownError } from '../../base/index.ts';
import { stringify } from '../yaml/index.ts';
import { looksEncrypted, openValue } from './cipher.ts';
import { dataKeyOf } from './data-key.ts';
import type { SopsKeys } from './keys.ts';
import { parseMetadata } from './metadata.ts';
import type { Rule, SopsMetadata } from './metadata.ts';
import { envText, readEnv } from './tree/env.ts';
import { iniText, readIni } from './tree/ini.ts';
import { readJson } from './tree/json.ts';
import { macBytes, plainValue } from './tree/tree.ts';
import type { Node, Scalar, SopsFile } from './tree/tree.ts';
import { readYaml } from './tree/yaml.ts';

/** What kind of file it is; `binary` is any file, wrapped into JSON. */
export type SopsFormat = 'yaml' | 'json' | 'env' | 'ini' | 'binary';

export interface SopsInput {
  readonly format: SopsFormat;
  /** For error texts. */
  readonly file: string;
  readonly keys: SopsKeys;
}

const read: Readonly<Record<SopsFormat, (text: string, file: string) => SopsFile>> = {
  yaml: readYaml,
  json: readJson,
  binary: readJson,
  env: readEnv,
  ini: readIni,
};

/**
 * The plain text of a file that SOPS encrypted, without its metadata and comments. Throws `KnownError`s:
 * `denied` when no key opens it, `invalid` when it is no such file or was changed since: every value
 * and the whole are authenticated. No error carries anything that was encrypted.
 */
export async function decryptSops(
  text: string,
  { format, file, keys }: SopsInput,
): Promise<string> {
  const { documents, metadata: raw } = read[format](text, file);
  const metadata = parseMetadata(raw, file);
  const key = await dataKeyOf(metadata, keys, file);
  const opening = openingOf(metadata, key);
  try {
    const opened = documents.map((document) => openNode(document, [], opening));
    checkMac(metadata, key, opening.hash.digest('hex').toUpperCase());
    return textOf(opened, format);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError(thrown.code, `${file}: ${thrown.message}`);
  }
}

interface Opening {
  readonly key: Uint8Array;
  readonly isMacOnlyEncrypted: boolean;
  readonly hash: ReturnType<typeof createHash>;
  readonly isEncrypted: (path: readonly string[], scalar: Scalar) => boolean;
}

function openingOf({ isMacOnlyEncrypted, rule }: SopsMetadata, key: Uint8Array): Opening {
  const hash = createHash('sha512');
  // Keeps the two kinds of code apart; the same bytes as in SOPS.
  if (isMacOnlyEncrypted) hash.update(createHash('sha256').update('sops').digest());
  return { key, isMacOnlyEncrypted, hash, isEncrypted: encryptionOf(rule) };
}

function encryptionOf(rule: Rule): Opening['isEncrypted'] {
  if (rule.is === 'comment') {
    return (_path, scalar) => scalar.type === 'str' && looksEncrypted(scalar.text);
  }
  const { text, isEncrypted } = rule;
  const pattern = rule.is === 'regex' ? compiled(text) : undefined;
  const fits = (part: string): boolean => pattern?.matcher(part).find() ?? part.endsWith(text);
  return (path) => path.some(fits) === isEncrypted;
}

function compiled(text: string): RE2JS {
  try {
    return RE2JS.compile(text);
  } catch {
    throw new KnownError('invalid', `${JSON.stringify(text)} is no regular expression`);
  }
}

/** Lists add nothing to the path that is bound into their values. */
function openNode(node: Node, path: readonly string[], opening: Opening): Node {
  if (node.is === 'list') {
    return { is: 'list', items: node.items.map((each) => openNode(each, path, opening)) };
  }
  if (node.is === 'map') {
    const entries = node.entries.map(
      ([key, each]) => [key, openNode(each, [...path, key], opening)] as const,
    );
    return { is: 'map', entries };
  }
  return { is: 'scalar', scalar: openScalar(node.scalar, path, opening) };
}

function openScalar(scalar: Scalar, path: readonly string[], opening: Opening): Scalar {
  if (scalar.type === 'null') return scalar;
  const isEncrypted = opening.isEncrypted(path, scalar);
  const place = `${path.join(':')}:`;
  if (isEncrypted && scalar.type !== 'str') {
    throw new KnownError(
      'invalid',
      `the value at ${path.join(':')} should be encrypted, but is not`,
    );
  }
  const opened =
    isEncrypted && scalar.type === 'str' ? openValue(scalar.text, opening.key, place) : scalar;
  if (isEncrypted || !opening.isMacOnlyEncrypted) opening.hash.update(macBytes(opened));
  return opened;
}

function checkMac({ mac, lastModified }: SopsMetadata, key: Uint8Array, found: string): void {
  // Go writes the time without parts of a second before it binds it in.
  const when = lastModified.replace(/\.\d+(?=Z|[+-])/, '');
  const wanted = openValue(mac, key, when);
  if (wanted.type === 'str' && wanted.text === found) return;
  throw new KnownError(
    'invalid',
    'the authentication code does not fit: something in it was changed without sops',
  );
}

function textOf(documents: readonly Node[], format: SopsFormat): string {
  const [first = { is: 'map', entries: [] } as const] = documents;
  if (format === 'env') return envText(first);
  if (format === 'ini') return iniText(documents);
  if (format === 'json') return `${JSON.stringify(plainValue(first), undefined, 2)}\n`;
  if (format === 'yaml') return documents.map((each) => stringify(plainValue(each))).join('---\n');
  const data = plainValue(first) as { readonly data?: unknown };
  return typeof data.data === 'string' ? data.data : '';
}
