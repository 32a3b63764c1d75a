import { isRecord, KnownError } from '../../base/index.ts';

/** A part of the data key, encrypted for one key. */
export interface EncryptedKey {
  readonly for: 'age' | 'pgp' | 'cloud';
  /** Recipient, fingerprint, or the name of the cloud's service. */
  readonly name: string;
  readonly text: string;
}

/** Which values of a file are encrypted. */
export type Rule =
  | { readonly is: 'suffix' | 'regex'; readonly isEncrypted: boolean; readonly text: string }
  /** Comments decide; then what looks encrypted is. The authentication code covers it. */
  | { readonly is: 'comment' };

/** What a file says of its encryption. */
export interface SopsMetadata {
  readonly lastModified: string;
  readonly mac: string;
  readonly isMacOnlyEncrypted: boolean;
  readonly rule: Rule;
  /** Any key of a group opens its part. */
  readonly groups: ReadonlyArray<readonly EncryptedKey[]>;
  /** How many parts make the data key, when there are several groups. */
  readonly threshold: number;
}

const rules: ReadonlyArray<readonly [field: string, rule: (text: string) => Rule]> = [
  ['unencrypted_suffix', (text) => ({ is: 'suffix', isEncrypted: false, text })],
  ['encrypted_suffix', (text) => ({ is: 'suffix', isEncrypted: true, text })],
  ['unencrypted_regex', (text) => ({ is: 'regex', isEncrypted: false, text })],
  ['encrypted_regex', (text) => ({ is: 'regex', isEncrypted: true, text })],
  ['unencrypted_comment_regex', () => ({ is: 'comment' })],
  ['encrypted_comment_regex', () => ({ is: 'comment' })],
];

/** Reads the `sops` part of a file. Throws `KnownError('invalid')`. */
export function parseMetadata(value: unknown, file: string): SopsMetadata {
  if (!isRecord(value)) throw new KnownError('invalid', `${file}: it has no SOPS metadata`);
  const text = (field: string): string => {
    const found = value[field];
    return typeof found === 'string' ? found : '';
  };
  const mac = text('mac');
  if (mac === '') throw new KnownError('invalid', `${file}: it has no authentication code (mac)`);
  const nested = listOf(value['key_groups']);
  const groups = (nested.length > 0 ? nested : [value]).map(keysOf);
  const threshold = Number(value['shamir_threshold'] ?? 0);
  return {
    lastModified: text('lastmodified'),
    mac,
    isMacOnlyEncrypted: value['mac_only_encrypted'] === true,
    rule: ruleOf(text, file),
    groups,
    threshold: threshold > 0 ? threshold : groups.length,
  };
}

/** Without a rule everything is encrypted but what is named as not to be. */
function ruleOf(text: (field: string) => string, file: string): Rule {
  const given = rules.filter(([field]) => text(field) !== '');
  const [first] = given;
  if (first === undefined) return { is: 'suffix', isEncrypted: false, text: '_unencrypted' };
  if (given.length === 1) return first[1](text(first[0]));
  const names = given.map(([field]) => field).join(' and ');
  throw new KnownError('invalid', `${file}: SOPS allows no ${names} in the same file`);
}

const clouds = ['kms', 'gcp_kms', 'azure_kv', 'hc_vault'];

function keysOf(group: Record<string, unknown>): EncryptedKey[] {
  const age = listOf(group['age']).map((each): EncryptedKey => ({
    for: 'age',
    name: String(each['recipient'] ?? ''),
    text: String(each['enc'] ?? ''),
  }));
  const pgp = listOf(group['pgp']).map((each): EncryptedKey => ({
    for: 'pgp',
    name: String(each['fp'] ?? ''),
    text: String(each['enc'] ?? ''),
  }));
  const others = clouds.filter((name) => listOf(group[name]).length > 0);
  const cloud = others.map((name): EncryptedKey => ({ for: 'cloud', name, text: '' }));
  return [...age, ...pgp, ...cloud];
}

function listOf(value: unknown): Array<Record<string, unknown>> {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
