import { KnownError } from '../../../base/index.ts';

/** A range of IPv4 addresses. */
export interface Cidr {
  readonly size: number;
  /** The address at an offset from the start of the range. */
  at(offset: number): string;
  has(address: string): boolean;
}

/** Reads `127.65.0.0/16`. */
export function parseCidr(text: string): Cidr {
  const [address = '', bits = ''] = text.split('/');
  const base = numberOf(address);
  const width = Number(bits);
  if (base === undefined || bits === '' || !(width >= 8 && width <= 30))
    throw new KnownError(
      'invalid',
      `${text} is not a range of IPv4 addresses such as 10.96.0.0/16`,
    );
  const size = 2 ** (32 - width);
  const start = base - (base % size);
  return {
    size,
    at: (offset) => textOf(start + offset),
    has(other) {
      const number = numberOf(other);
      return number !== undefined && number >= start && number < start + size;
    },
  };
}

function numberOf(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
