import type { ArgumentUse, FunctionTable } from '../signature.ts';

/** What functions do with the maps and lists they are given; those not named may look at all of them. */
const uses: readonly (readonly [ArgumentUse, string])[] = [
  ['passes', 'dict list tuple ternary'],
  ['lists', 'default empty coalesce all any keys typeOf typeIs typeIsLike kindOf kindIs'],
  ['looks up', 'get hasKey'],
  ['copies', 'deepCopy mustDeepCopy toStrings sortAlpha'],
  ['sets', 'set unset'],
  ['merges', 'merge mustMerge mergeOverwrite mustMergeOverwrite'],
  [
    'outside',
    'now ago date date_in_zone dateInZone htmlDate htmlDateInZone uuidv4 shuffle randInt randBytes ' +
      'randAlphaNum randAlpha randNumeric randAscii bcrypt htpasswd encryptAES genPrivateKey genCA ' +
      'genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey ' +
      'getHostByName',
  ],
];

const byName: ReadonlyMap<string, ArgumentUse> = new Map(
  uses.flatMap(([use, names]) => names.split(' ').map((name) => [name, use] as const)),
);

/** The same functions, each with its `use`. */
export function withUses(table: FunctionTable): FunctionTable {
  const out: Record<string, FunctionTable[string]> = {};
  for (const [name, spec] of Object.entries(table)) {
    const use = byName.get(name);
    out[name] = use === undefined ? spec : { ...spec, use };
  }
  return out;
}
