const shown = '[hidden]';

/**
 * A value that must not be printed: a password, a private key, the plain text of a secret. Logging,
 * JSON and string conversion show `[hidden]`; `reveal()` is the only way in, so a reader finds every use.
 */
export class Hidden<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }
}

// Node's own inspection asks for this method; a class cannot declare a looked-up symbol here.
Object.defineProperty(Hidden.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value: () => shown,
});

/** Wraps a value so that it cannot be printed. */
export function hide<T>(value: T): Hidden<T> {
  return new Hidden(value);
}
