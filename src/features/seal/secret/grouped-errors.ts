import { KnownError } from '../../../base/index.ts';

/** Collects errors of single keys and tells them together: equal texts once, with their keys. */
export class GroupedErrors {
  readonly #keysOf = new Map<string, string[]>();

  add(key: string, message: string): void {
    this.#keysOf.set(message, [...(this.#keysOf.get(message) ?? []), key]);
  }

  /** Throws `KnownError('invalid')` with every text, one per line, when there is one. */
  throwIfAny(): void {
    if (this.#keysOf.size === 0) return;
    const lines = [...this.#keysOf].map(([message, keys]) => `${message} (${keys.join(', ')})`);
    throw new KnownError('invalid', lines.join('\n'));
  }
}
