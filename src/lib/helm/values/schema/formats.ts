import { isIP } from 'node:net';
import { KnownError } from '../../../../base/index.ts';
import { functionTable, goQuote, sprintf } from '../../../gotemplate/index.ts';

/** Says why a text does not have a format, in the validator's words; undefined when it has. */
type Format = (text: string) => string | undefined;

/** The first character of a text that a test refuses. */
function strange(text: string, allowed: RegExp): string | undefined {
  const found = Array.from(text).find((char) => !allowed.test(char));
  if (found === undefined) return undefined;
  return sprintf('invalid character %q', [BigInt(found.codePointAt(0) ?? 0)]);
}

const hostname: Format = (text) => {
  const name = text.replace(/\.$/, '');
  if (Buffer.byteLength(name) > 253) return 'more than 253 characters long';
  for (const label of name.split('.')) {
    if (label === '' || Buffer.byteLength(label) > 63)
      return 'label must be 1 to 63 characters long';
    if (label.startsWith('-')) return 'label starts with hyphen';
    if (label.endsWith('-')) return 'label ends with hyphen';
    const problem = strange(label, /[a-zA-Z0-9-]/);
    if (problem !== undefined) return problem;
  }
  return undefined;
};

const ipv4: Format = (text) => {
  const groups = text.split('.');
  if (groups.length !== 4) return 'expected four decimals';
  for (const group of groups) {
    if (/^0./.test(group)) return 'leading zeros';
    if (!/^[+-]?\d+$/.test(group)) {
      return `strconv.Atoi: parsing ${JSON.stringify(group)}: invalid syntax`;
    }
    if (Number(group) < 0 || Number(group) > 255) return 'decimal must be between 0 and 255';
  }
  return undefined;
};

const ipv6: Format = (text) => {
  if (!text.includes(':')) return 'missing colon';
  if (isIP(text) !== 6) return `ParseAddr(${JSON.stringify(text)}): unable to parse IP`;
  return text.includes('%') ? 'zone id is not a part of ipv6 address' : undefined;
};

function localPart(local: string): string | undefined {
  if (local.length > 1 && local.startsWith('"')) {
    const isQuoted = !/[\\"]/.test(local.slice(1, -1));
    return isQuoted ? undefined : 'backslash and quote are not allowed within quoted local part';
  }
  if (local.startsWith('.')) return 'starts with dot';
  if (local.endsWith('.')) return 'ends with dot';
  if (local.includes('..')) return 'consecutive dots';
  return strange(local, /[a-zA-Z0-9.!#$%&'*+\-/=?^_`{|}~]/);
}

const email: Format = (text) => {
  if (Buffer.byteLength(text) > 254) return 'more than 255 characters long';
  const at = text.lastIndexOf('@');
  if (at < 0) return 'missing @';
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (Buffer.byteLength(local) > 64) return 'local part more than 64 characters long';
  const problem = localPart(local);
  if (problem !== undefined) return problem;
  const address = /^\[(IPv6:)?(.*)\]$/s.exec(domain);
  if (address === null) return within('invalid domain', hostname(domain));
  const [, isNew, ip = ''] = address;
  if (isNew !== undefined) return within('invalid ipv6 address', ipv6(ip));
  return within('invalid ipv4 address', ipv4(ip));
};

function within(what: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `${what}: ${problem}`;
}

const date: Format = (text) => {
  try {
    const parse = functionTable()['mustToDate']?.call as (layout: string, text: string) => unknown;
    parse('2006-01-02', text);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof KnownError) return thrown.message;
    throw thrown;
  }
};

const time: Format = (text) => {
  if (text.length < 9) return 'less than 9 characters long';
  if (text[2] !== ':' || text[5] !== ':') return 'missing colon in correct place';
  const clock = numbersOf(text.slice(0, 8), 'hour/min/sec', [23, 59, 60]);
  if (typeof clock === 'string') return clock;
  const fraction = /^\.\d*/.exec(text.slice(8))?.[0] ?? '';
  if (fraction === '.') return 'no digits in second fraction';
  const offset = minutesOf(text.slice(8 + fraction.length));
  if (typeof offset === 'string') return offset;
  return leapSecond(clock, offset);
};

/** A leap second is the last one of a day, in UTC. */
function leapSecond(
  [hour = 0, minute = 0, second = 0]: number[],
  offset: number,
): string | undefined {
  const inUtc = (hour * 60 + minute - offset + 2880) % 1440;
  return second === 60 && inUtc !== 1439 ? 'invalid leap second' : undefined;
}

/** The numbers between colons, or what is wrong with one of them. */
function numbersOf(text: string, what: string, most: readonly number[]): number[] | string {
  const isOffset = most.length === 2;
  const parts = text.split(':');
  if (!parts.every((part) => /^[+-]?\d+$/.test(part))) {
    return isOffset ? `invalid ${what} in offset` : `invalid ${what}`;
  }
  const numbers = parts.map(Number);
  if (numbers.some((each) => each < 0)) {
    return isOffset ? `non-positive ${what} in offset` : `non-positive ${what}`;
  }
  if (numbers.every((each, at) => each <= most[at]!)) return numbers;
  return isOffset ? `${what} in offset out of range` : `${what} out of range`;
}

/** Minutes east of UTC, or what is wrong with the offset. */
function minutesOf(offset: string): number | string {
  if (offset === 'z' || offset === 'Z') return 0;
  if (offset.length !== 6) return 'offset must be 6 characters long';
  if (!/^[+-]/.test(offset)) return 'offset must begin with plus/minus';
  if (offset[3] !== ':') return 'missing colon in offset in correct place';
  const numbers = numbersOf(offset.slice(1), 'hour/min', [23, 59]);
  if (typeof numbers === 'string') return numbers;
  const [hour = 0, minute = 0] = numbers;
  return (hour * 60 + minute) * (offset.startsWith('-') ? -1 : 1);
}

const dateTime: Format = (text) => {
  if (text.length < 20) return 'less than 20 characters long';
  if (text[10] !== 't' && text[10] !== 'T') return '11th character must be t or T';
  return (
    within('invalid date element', date(text.slice(0, 10))) ??
    within('invalid time element', time(text.slice(11)))
  );
};

const uuid: Format = (text) => {
  const groups = text.split('-');
  const sizes = [8, 4, 4, 4, 12];
  if (groups.length !== sizes.length) return 'must have 5 elements';
  for (const [i, group] of groups.entries()) {
    if (group.length !== sizes[i]) return `element ${i + 1} must be ${sizes[i]} characters long`;
    const problem = strange(group, /[0-9a-fA-F]/);
    if (problem !== undefined) return problem.replace('invalid', 'non-hex');
  }
  return undefined;
};

const jsonPointer: Format = (text) => {
  if (text === '') return undefined;
  if (!text.startsWith('/')) return 'not starting with /';
  return /~(?![01])/.test(text) ? '~ must be followed by 0 or 1' : undefined;
};

/** What Go's parser of URLs refuses most often. */
function parsed(text: string): string | undefined {
  const said = (why: string): string => `parse ${goQuote(text)}: ${why}`;
  if (/[\x00-\x1f\x7f]/.test(text)) return said('net/url: invalid control character in URL');
  if (text.startsWith(':')) return said('missing protocol scheme');
  if (isAbsolute(text) || !/^[^/?#]*:/.test(text)) return undefined;
  return said('first path segment in URL cannot contain colon');
}

const isAbsolute = (text: string): boolean => /^[a-z][a-z\d+.-]*:/i.test(text);

const uri: Format = (text) => parsed(text) ?? (isAbsolute(text) ? undefined : 'relative url');

const uriReference: Format = (text) => (text.includes('\\') ? 'contains \\' : parsed(text));

/** Formats that older drafts check; one that is not here is taken for right, as an unknown one is. */
export const formats: Readonly<Record<string, Format>> = {
  date,
  time,
  'date-time': dateTime,
  email,
  hostname,
  ipv4,
  ipv6,
  uri,
  'uri-reference': uriReference,
  uuid,
  'json-pointer': jsonPointer,
};
