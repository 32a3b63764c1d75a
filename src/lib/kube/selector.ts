import { KnownError } from '../../base/index.ts';

/** The LabelSelector object of the API: empty selects all. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: ReadonlyArray<{
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }>;
}

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

/** Whether labels fit a selector; `undefined` as selector selects nothing. */
export function matchesSelector(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  if (selector === undefined) return false;
  const equal = Object.entries(selector.matchLabels ?? {}).every(
    ([key, value]) => labels[key] === value,
  );
  return equal && (selector.matchExpressions ?? []).every((each) => fits(each, labels));
}

function fits(
  { key, operator, values = [] }: Requirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** The text form of a selector, for `labelSelector=`; keys sorted as the API server prints them. */
export function selectorText(selector: LabelSelector): string {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const others = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    const list = `(${values.toSorted().join(',')})`;
    return {
      In: `${key} in ${list}`,
      NotIn: `${key} notin ${list}`,
      Exists: key,
      DoesNotExist: `!${key}`,
    }[operator];
  });
  return [...equal, ...others].toSorted().join(',');
}

const pattern =
  /^\s*(?:!\s*(?<absent>[^\s,=!()]+)|(?<key>[^\s,=!()]+)\s*(?:(?<op>==?|!=)\s*(?<value>[^\s,()]*)|\s(?<set>in|notin)\s*\((?<values>[^)]*)\))?)\s*(?:,|$)/;

/** Reads the text form (`a=b,c!=d,e in (f,g),h,!i`). Throws `KnownError('invalid')` with the API server's words. */
export function parseSelector(text: string): LabelSelector {
  const matchExpressions: Requirement[] = [];
  let rest = text;
  while (rest.trim() !== '') {
    const found = pattern.exec(rest);
    if (found === null)
      throw new KnownError('invalid', `unable to parse requirement: found '${rest.trim()}'`);
    matchExpressions.push(requirement(found.groups ?? {}));
    rest = rest.slice(found[0].length);
  }
  return { matchExpressions };
}

function requirement(groups: Partial<Record<string, string>>): Requirement {
  const { absent, key = '', op, value = '', set, values = '' } = groups;
  if (absent !== undefined) return { key: absent, operator: 'DoesNotExist' };
  if (op !== undefined) return { key, operator: op === '!=' ? 'NotIn' : 'In', values: [value] };
  if (set === undefined) return { key, operator: 'Exists' };
  const list = values.split(',').map((each) => each.trim());
  return { key, operator: set === 'in' ? 'In' : 'NotIn', values: list };
}
