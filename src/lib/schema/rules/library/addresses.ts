import type { Environment } from '@marcbachmann/cel-js';
import { isIPv4, isIPv6 } from 'node:net';
import { refusedValue } from './refused-value.ts';

/** An IP address as a number. */
class IpValue {
  readonly #family: 4 | 6;
  readonly #value: bigint;

  constructor(family: 4 | 6, value: bigint) {
    this.#family = family;
    this.#value = value;
  }

  get family(): 4 | 6 {
    return this.#family;
  }

  get value(): bigint {
    return this.#value;
  }

  /** The canonical text. */
  toString(): string {
    if (this.#family === 4) return bytesOf(this.#value, 4).join('.');
    const groups = bytesOf(this.#value, 16).reduce<string[]>((made, byte, at, bytes) => {
      if (at % 2 === 0) made.push((byte * 256 + bytes[at + 1]!).toString(16));
      return made;
    }, []);
    return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
  }
}

/** A range of addresses: `10.0.0.0/8`. */
class CidrValue {
  readonly #ip: IpValue;
  readonly #length: number;

  constructor(ip: IpValue, length: number) {
    this.#ip = ip;
    this.#length = length;
  }

  get ip(): IpValue {
    return this.#ip;
  }

  get length(): number {
    return this.#length;
  }

  get first(): bigint {
    const rest = BigInt(bitsOf(this.#ip) - this.#length);
    return (this.#ip.value >> rest) << rest;
  }

  contains(other: IpValue, length = bitsOf(other)): boolean {
    if (other.family !== this.#ip.family || length < this.#length) return false;
    const rest = BigInt(bitsOf(other) - this.#length);
    return other.value >> rest === this.#ip.value >> rest;
  }

  toString(): string {
    return `${this.#ip}/${this.#length}`;
  }
}

function bitsOf({ family }: IpValue): number {
  return family === 4 ? 32 : 128;
}

function bytesOf(value: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, at) =>
    Number((value >> BigInt(8 * (count - 1 - at))) & 0xffn),
  );
}

/** No zones, no leading zeros, no IPv4 in the clothes of IPv6. */
function parseIp(text: string): IpValue | undefined {
  if (isIPv4(text))
    return new IpValue(
      4,
      text.split('.').reduce((value, part) => value * 256n + BigInt(part), 0n),
    );
  if (!isIPv6(text) || text.includes('.') || text.includes('%')) return undefined;
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = Array.from({ length: 8 - left.length - right.length }, () => '0');
  const value = [...left, ...middle, ...right].reduce(
    (made, group) => made * 65_536n + BigInt(`0x${group}`),
    0n,
  );
  return value >> 32n === 0xffffn ? undefined : new IpValue(6, value);
}

function parseCidr(text: string): CidrValue | undefined {
  const [, address = '', length = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const ip = parseIp(address);
  return ip && Number(length) <= bitsOf(ip) ? new CidrValue(ip, Number(length)) : undefined;
}

function ipOf(text: string): IpValue {
  const ip = parseIp(text);
  if (ip) return ip;
  throw refusedValue(`IP Address "${text}" parse error during conversion from string`);
}

function cidrOf(text: string): CidrValue {
  const cidr = parseCidr(text);
  if (cidr) return cidr;
  throw refusedValue(`network address parse error during conversion from string: "${text}"`);
}

const ranges: Readonly<Record<string, readonly string[]>> = {
  isUnspecified: ['0.0.0.0/32', '::/128'],
  isLoopback: ['127.0.0.0/8', '::1/128'],
  isLinkLocalMulticast: ['224.0.0.0/24', 'ff02::/16'],
  isLinkLocalUnicast: ['169.254.0.0/16', 'fe80::/10'],
};
const notGlobal = ['0.0.0.0/32', '255.255.255.255/32', '127.0.0.0/8', '224.0.0.0/4']
  .concat(['169.254.0.0/16', '::/128', '::1/128', 'ff00::/8', 'fe80::/10'])
  .map(cidrOf);

class IpNamespace {}

/** `ip('10.0.0.1').family()`, `cidr('10.0.0.0/8').containsIP('10.1.1.1')`. */
export function addAddressLibrary(environment: Environment): void {
  const type = 'net.IP';
  environment.registerType(type, IpValue);
  environment.registerType('kubernetes.IpNamespace', IpNamespace);
  environment.registerConstant('ip', 'kubernetes.IpNamespace', new IpNamespace());
  const add = environment.registerFunction.bind(environment);
  add(`ip(string): ${type}`, ipOf);
  add('isIP(string): bool', (text: string) => parseIp(text) !== undefined);
  add('kubernetes.IpNamespace.isCanonical(string): bool', (_: unknown, text: string) =>
    String(ipOf(text)) === text ? true : false,
  );
  add(`string(${type}): string`, String);
  add(`${type}.family(): int`, ({ family }: IpValue) => BigInt(family));
  for (const [name, texts] of Object.entries(ranges)) {
    const cidrs = texts.map(cidrOf);
    add(`${type}.${name}(): bool`, (ip: IpValue) => cidrs.some((cidr) => cidr.contains(ip)));
  }
  add(
    `${type}.isGlobalUnicast(): bool`,
    (ip: IpValue) => !notGlobal.some((cidr) => cidr.contains(ip)),
  );
  environment.registerOperator(`${type} == ${type}`, (a, b) => String(a) === String(b));
  addCidr(environment);
}

function addCidr(environment: Environment): void {
  const type = 'net.CIDR';
  environment.registerType(type, CidrValue);
  const add = environment.registerFunction.bind(environment);
  add(`cidr(string): ${type}`, cidrOf);
  add('isCIDR(string): bool', (text: string) => parseCidr(text) !== undefined);
  add(`string(${type}): string`, String);
  add(`${type}.ip(): net.IP`, ({ ip }: CidrValue) => ip);
  add(`${type}.prefixLength(): int`, ({ length }: CidrValue) => BigInt(length));
  add(
    `${type}.masked(): ${type}`,
    (cidr: CidrValue) => new CidrValue(new IpValue(cidr.ip.family, cidr.first), cidr.length),
  );
  const holdsIp = (cidr: CidrValue, ip: IpValue): boolean => cidr.contains(ip);
  const holds = (cidr: CidrValue, other: CidrValue): boolean =>
    cidr.contains(other.ip, other.length);
  add(`${type}.containsIP(net.IP): bool`, holdsIp);
  add(`${type}.containsIP(string): bool`, (cidr: CidrValue, ip: string) => holdsIp(cidr, ipOf(ip)));
  add(`${type}.containsCIDR(${type}): bool`, holds);
  add(`${type}.containsCIDR(string): bool`, (cidr: CidrValue, other: string) =>
    holds(cidr, cidrOf(other)),
  );
  environment.registerOperator(`${type} == ${type}`, (a, b) => String(a) === String(b));
}
