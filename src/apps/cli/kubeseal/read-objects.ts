import { isRecord, KnownError, messageOf } from '../../../base/index.ts';
import type { JsonRecord, ObjectMeta } from '../../../base/index.ts';
import { parseSealedSecret } from '../../../api/sealed-secret/index.ts';
import type { SealedSecret } from '../../../api/sealed-secret/index.ts';
import type { SecretObject } from '../../../features/seal/index.ts';
import { parseDocuments } from '../../../lib/yaml/index.ts';

/** The objects of a stream of YAML documents, or of JSON values one after another. */
export function readObjects(text: string): JsonRecord[] {
  const values = text.trimStart().startsWith('{')
    ? jsonTexts(text).map((each) => JSON.parse(each) as unknown)
    : parseDocuments(text).map(({ value }) => value);
  return values.filter(isRecord);
}

/** Cuts a text between values at their outermost closing brace. */
function jsonTexts(text: string): string[] {
  const found: string[] = [];
  let [depth, start, isText] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (isText) {
      if (char === '\\') at += 1;
      else if (char === '"') isText = false;
      continue;
    }
    if (char === '"') isText = true;
    else if (char === '{') depth += 1;
    else if (char === '}') depth -= 1;
    if (char !== '}' || depth !== 0) continue;
    found.push(text.slice(start, at + 1));
    start = at + 1;
  }
  const rest = text.slice(start).replaceAll(/^\s*---\s*$/gm, '');
  return rest.trim() === '' ? found : [...found, rest];
}

const noneFound = 'no secrets found. Ensure the input is valid and UTF-8 encoded';

/**
 * The Secrets of an input; documents with nothing of a Secret in them are passed over. The kind is
 * not looked at, as in the original.
 * @throws {KnownError} `invalid` when there is none.
 */
export function readSecrets(text: string): SecretObject[] {
  let objects: JsonRecord[];
  try {
    objects = readObjects(text);
  } catch (thrown) {
    // What JSON.parse says may quote the input, and the input is a secret.
    const detail = thrown instanceof SyntaxError ? 'the JSON is malformed' : messageOf(thrown);
    throw new KnownError('invalid', `${noneFound} (${detail})`);
  }
  const secrets = objects.map(secretOf).filter((each) => each !== undefined);
  if (secrets.length === 0) throw new KnownError('invalid', noneFound);
  return secrets;
}

const known = ['apiVersion', 'kind', 'metadata', 'data', 'stringData', 'type', 'immutable'];

function secretOf(raw: JsonRecord): SecretObject | undefined {
  if (!known.some((field) => raw[field] !== undefined && raw[field] !== null)) return undefined;
  const { metadata, type, immutable } = raw;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: (isRecord(metadata) ? { ...metadata } : {}) as unknown as ObjectMeta,
    data: textsOf(raw.data, 'data'),
    stringData: textsOf(raw.stringData, 'stringData'),
    ...(typeof type === 'string' ? { type } : {}),
    ...(typeof immutable === 'boolean' ? { immutable } : {}),
  };
}

/** A map of texts; numbers and booleans become texts, as YAML read into Go's type does it. */
function textsOf(value: unknown, field: string): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) {
    throw new KnownError('invalid', `json: cannot unmarshal into Go struct field Secret.${field}`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      if (each === null) return [key, ''];
      if (typeof each === 'object') {
        throw new KnownError(
          'invalid',
          `json: cannot unmarshal object into Go struct field Secret.${field} of type string`,
        );
      }
      return [key, String(each)];
    }),
  );
}

/**
 * The SealedSecrets of an input.
 * @throws {KnownError} `invalid` for an object of another kind.
 */
export function readSealedSecrets(text: string): SealedSecret[] {
  return readObjects(text).map((object) => {
    const { apiVersion, kind } = object;
    if (kind === 'SealedSecret' && apiVersion === 'bitnami.com/v1alpha1') {
      return parseSealedSecret(object);
    }
    throw new KnownError(
      'invalid',
      `converting (${String(apiVersion)}.${String(kind)}) to (v1alpha1.SealedSecret): unknown conversion`,
    );
  });
}
