import { KnownError } from '../../../base/index.ts';

/** Hands out loopback addresses for pods, of 127.64.0.0/16. */
export interface Addresses {
  /** A free address; the wished one when it is free and of the range. */
  take(wish?: string): string;
  free(address: string): void;
}

const size = 2 ** 16;

/** Only Linux answers on all of 127.0.0.0/8 without being told. */
export function hasLoopbackRange(platform: NodeJS.Platform = process.platform): boolean {
  return platform === 'linux';
}

/**
 * Addresses are given in turn, so that a freed one is not met again at once; from a random one on, so that
 * two platforms on one machine hardly meet.
 */
export function createAddresses(
  prefix = '127.64',
  first: number = Math.floor(Math.random() * size),
): Addresses {
  const taken = new Set<string>();
  let last = first;
  const take = (address: string): string => {
    taken.add(address);
    return address;
  };
  return {
    take: (wish) => {
      if (wish?.startsWith(`${prefix}.`) === true && !taken.has(wish)) return take(wish);
      for (let count = 0; count < size; count += 1) {
        last = (last + 1) % size;
        const [high, low] = [last >> 8, last & 255];
        const address = `${prefix}.${high}.${low}`;
        if (low !== 0 && low !== 255 && !taken.has(address)) return take(address);
      }
      throw new KnownError('failed', `every address of ${prefix}.0.0/16 is taken`);
    },
    free: (address) => {
      taken.delete(address);
    },
  };
}
