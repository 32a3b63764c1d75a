import type { FunctionTable } from '../../signature.ts';
import { GoError } from '../../template-error.ts';
import { runesOf } from '../../value/index.ts';
import { fn } from '../define.ts';

/** Gives that many random bytes. */
export type RandomBytes = (size: number) => Uint8Array;

/** Stands in where no source was given: a render must not be random by accident. */
export function noRandom(): never {
  throw new GoError('no source of randomness was given to this render');
}

const LONGEST = 1_000_000;

/** Numbers below `limit`, evenly spread. */
class Dice {
  private readonly bytes: RandomBytes;
  private pool: Uint8Array = new Uint8Array(0);
  private at = 0;

  constructor(bytes: RandomBytes) {
    this.bytes = bytes;
  }

  private word(): number {
    if (this.at + 6 > this.pool.length) {
      this.pool = this.bytes(256);
      this.at = 0;
    }
    let value = 0;
    for (let i = 0; i < 6; i++) value = value * 256 + (this.pool[this.at++] ?? 0);
    return value;
  }

  below(limit: number): number {
    const fair = 2 ** 48 - (2 ** 48 % limit);
    for (;;) {
      const value = this.word();
      if (value < fair) return value % limit;
    }
  }
}

const digits = '0123456789';
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const visible = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');

function pick(bytes: RandomBytes, alphabet: string) {
  return fn(['int'], (count: number) => {
    if (count <= 0) return '';
    if (count > LONGEST) throw new GoError(`a random text of ${count} characters is too long`);
    const dice = new Dice(bytes);
    return Array.from({ length: count }, () => alphabet[dice.below(alphabet.length)]).join('');
  });
}

function uuid(random: RandomBytes): string {
  const bytes = Uint8Array.from(random(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

function randomBytes(random: RandomBytes, count: number): string {
  if (count < 0) throw new GoError('runtime error: makeslice: len out of range');
  if (count > LONGEST) throw new GoError(`${count} random bytes are too many`);
  return Buffer.from(random(count)).toString('base64');
}

function randInt(random: RandomBytes, min: number, max: number): bigint {
  if (max - min <= 0) throw new GoError('invalid argument to Intn');
  return BigInt(min + new Dice(random).below(max - min));
}

function shuffle(random: RandomBytes, text: string): string {
  const runes = runesOf(text);
  const dice = new Dice(random);
  for (let i = runes.length - 1; i > 0; i--) {
    const j = dice.below(i + 1);
    [runes[i], runes[j]] = [runes[j]!, runes[i]!];
  }
  return runes.join('');
}

/** Random texts and numbers, all from one source of bytes. */
export function randomFunctions(random: RandomBytes): FunctionTable {
  return {
    randAlphaNum: pick(random, letters + digits),
    randAlpha: pick(random, letters),
    randNumeric: pick(random, digits),
    randAscii: pick(random, visible),
    randBytes: fn(['int'], (count: number) => randomBytes(random, count)),
    randInt: fn(['int', 'int'], (min: number, max: number) => randInt(random, min, max)),
    shuffle: fn(['string'], (text: string) => shuffle(random, text)),
    uuidv4: fn([], () => uuid(random)),
  };
}
