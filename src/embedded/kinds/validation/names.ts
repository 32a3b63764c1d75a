const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const patterns = {
  label: new RegExp(`^${label}$`),
  subdomain: new RegExp(`^${subdomain}$`),
  dns1035: /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  qualified: new RegExp(`^${qualified}$`),
  portName: /^[a-z0-9-]+$/,
  configKey: /^[-._a-zA-Z0-9]+$/,
};

const regexNote = (example: string, regex: string): string =>
  ` (e.g. ${example}, regex used for validation is '${regex}')`;

const tooLong = (max: number): string => `must be no more than ${max} characters`;

/** Complaints about a DNS-1123 subdomain of at most 253 characters. */
export function checkSubdomain(value: string): string[] {
  const problems: string[] = [];
  if (value.length > 253) problems.push(tooLong(253));
  if (!patterns.subdomain.test(value)) {
    problems.push(
      `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character${regexNote("'example.com'", subdomain)}`,
    );
  }
  return problems;
}

/** Complaints about a DNS-1123 label of at most 63 characters. */
export function checkLabel(value: string): string[] {
  const problems: string[] = [];
  if (value.length > 63) problems.push(tooLong(63));
  if (!patterns.label.test(value)) {
    problems.push(
      `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character${regexNote("'my-name',  or '123-abc'", label)}`,
    );
  }
  return problems;
}

/** Complaints about a DNS-1035 label (services). */
export function checkDns1035(value: string): string[] {
  const problems: string[] = [];
  if (value.length > 63) problems.push(tooLong(63));
  if (!patterns.dns1035.test(value)) {
    problems.push(
      `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character${regexNote("'my-name',  or 'abc-123'", '[a-z]([-a-z0-9]*[a-z0-9])?')}`,
    );
  }
  return problems;
}

/** Complaints about a name that only has to be one path segment. */
export function checkPathSegment(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%']
    .filter((each) => value.includes(each))
    .map((each) => `may not contain '${each}'`);
}

/** Complaints about `prefix/name`: label and annotation keys, condition types, finalizers. */
export function checkQualifiedName(value: string): string[] {
  const parts = value.split('/');
  const name = parts.at(-1) ?? '';
  const problems: string[] = [];
  if (parts.length > 2) {
    return [
      `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character${regexNote("'MyName',  or 'my.name',  or '123-abc'", qualified)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (parts.length === 2) {
    if (parts[0] === '') problems.push('prefix part must be non-empty');
    else problems.push(...checkSubdomain(parts[0] ?? '').map((each) => `prefix part ${each}`));
  }
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push(`name part ${tooLong(63)}`);
  if (!patterns.qualified.test(name)) {
    problems.push(
      `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character${regexNote("'MyName',  or 'my.name',  or '123-abc'", qualified)}`,
    );
  }
  return problems;
}

/** Complaints about a label's value. */
export function checkLabelValue(value: string): string[] {
  const problems: string[] = [];
  if (value.length > 63) problems.push(tooLong(63));
  if (value !== '' && !patterns.qualified.test(value)) {
    problems.push(
      `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character${regexNote("'MyValue',  or 'my_value',  or '12345'", `(${qualified})?`)}`,
    );
  }
  return problems;
}

/** Complaints about a key of a ConfigMap or Secret. */
export function checkConfigKey(value: string): string[] {
  const problems: string[] = [];
  if (value.length > 253) problems.push(tooLong(253));
  if (!patterns.configKey.test(value)) {
    problems.push(
      `a valid config key must consist of alphanumeric characters, '-', '_' or '.'${regexNote("'key.name',  or 'KEY_NAME',  or 'key-name'", '[-._a-zA-Z0-9]+')}`,
    );
  }
  if (value === '.' || value === '..') problems.push(`must not be '${value}'`);
  else if (value.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}

/** Complaints about the name of a container port. */
export function checkPortName(value: string): string[] {
  const problems: string[] = [];
  if (value.length > 15) problems.push('must be no more than 15 characters');
  if (!patterns.portName.test(value))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)');
  if (value.includes('--')) problems.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) {
    problems.push('must not begin or end with a hyphen');
  }
  return problems;
}

/** Complaints about a port number. */
export function checkPort(value: unknown): string[] {
  return typeof value === 'number' && value >= 1 && value <= 65535
    ? []
    : ['must be between 1 and 65535, inclusive'];
}
