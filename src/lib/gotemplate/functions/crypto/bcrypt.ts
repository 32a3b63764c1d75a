import { GoError } from '../../template-error.ts';
import { toBytes } from '../../value/index.ts';
import { piWords } from './blowfish-tables.ts';
import type { RandomBytes } from './random.ts';

const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const MAGIC = 'OrpheanBeholderScryDoubt';

let start: Uint32Array | undefined;

/** Blowfish with bcrypt's costly key schedule. */
class Blowfish {
  private readonly p: Uint32Array;
  private readonly s: Uint32Array;
  private left = 0;
  private right = 0;

  constructor() {
    start ??= piWords();
    this.p = start.slice(0, 18);
    this.s = start.slice(18);
  }

  private round(half: number): number {
    const { s } = this;
    const a = s[half >>> 24]! + s[256 + ((half >>> 16) & 0xff)]!;
    return ((a ^ s[512 + ((half >>> 8) & 0xff)]!) + s[768 + (half & 0xff)]!) | 0;
  }

  private encrypt(): void {
    const { p } = this;
    let left = this.left ^ p[0]!;
    let { right } = this;
    for (let i = 1; i <= 16; i += 2) {
      right ^= this.round(left) ^ p[i]!;
      left ^= this.round(right) ^ p[i + 1]!;
    }
    this.left = right ^ p[17]!;
    this.right = left;
  }

  /** Mixes the key into the tables, with the salt (or zeros) running through. */
  expand(key: Uint32Array, salt: Uint32Array | undefined): void {
    const { p, s } = this;
    for (let i = 0; i < 18; i++) p[i]! ^= key[i % key.length]!;
    this.left = this.right = 0;
    let at = 0;
    const fill = (table: Uint32Array): void => {
      for (let i = 0; i < table.length; i += 2) {
        if (salt !== undefined) {
          this.left ^= salt[at & 3]!;
          this.right ^= salt[(at + 1) & 3]!;
          at += 2;
        }
        this.encrypt();
        table[i] = this.left;
        table[i + 1] = this.right;
      }
    };
    fill(p);
    fill(s);
  }

  /** Encrypts two words 64 times. */
  scramble(words: Uint32Array, at: number): void {
    this.left = words[at]!;
    this.right = words[at + 1]!;
    for (let i = 0; i < 64; i++) this.encrypt();
    words[at] = this.left;
    words[at + 1] = this.right;
  }
}

/** Big-endian words; a key shorter than its 18 words begins again. */
function wordsOf(bytes: Uint8Array, count: number): Uint32Array {
  const words = new Uint32Array(count);
  for (let i = 0; i < count * 4; i++) {
    words[i >> 2] = (words[i >> 2]! << 8) | bytes[i % bytes.length]!;
  }
  return words;
}

function encode(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = bytes.subarray(i, i + 3);
    out += alphabet[a >> 2];
    out += alphabet[((a & 3) << 4) | ((b ?? 0) >> 4)];
    if (b !== undefined) out += alphabet[((b & 15) << 2) | ((c ?? 0) >> 6)];
    if (c !== undefined) out += alphabet[c & 63];
  }
  return out;
}

/** The bcrypt hash of a password with a salt of 16 bytes, as `$2a$10$…`. */
export function bcryptWith(password: string, salt: Uint8Array, cost: number): string {
  const bytes = toBytes(password);
  if (bytes.length > 72) throw new GoError('bcrypt: password length exceeds 72 bytes');
  const key = wordsOf(Buffer.concat([bytes, Buffer.of(0)]), 18);
  const saltWords = wordsOf(salt, 4);
  const cipher = new Blowfish();
  cipher.expand(key, saltWords);
  const saltKey = wordsOf(salt, 4);
  for (let i = 0; i < 2 ** cost; i++) {
    cipher.expand(key, undefined);
    cipher.expand(saltKey, undefined);
  }
  const words = wordsOf(Buffer.from(MAGIC), 6);
  for (let i = 0; i < 6; i += 2) cipher.scramble(words, i);
  const hash = Buffer.alloc(24);
  words.forEach((word, i) => hash.writeUInt32BE(word, i * 4));
  const power = String(cost).padStart(2, '0');
  return `$2a$${power}$${encode(salt)}${encode(hash.subarray(0, 23))}`;
}

/** A bcrypt hash of the usual cost with a random salt; a fault's text stands in its place. */
export function bcrypt(password: string, random: RandomBytes): string {
  if (toBytes(password).length > 72) {
    return 'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes';
  }
  return bcryptWith(password, random(16), 10);
}
