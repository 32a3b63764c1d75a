import type { Flag } from '../cobra/index.ts';

/** A flag with a text. */
export const text = (name: string, usage: string, fallback = ''): Flag => ({
  name,
  type: 'string',
  usage,
  ...(fallback === '' ? {} : { default: fallback }),
});

/** A flag with a list: commas, or the flag again. */
export const list = (name: string, usage: string, fallback = '[]'): Flag => ({
  name,
  type: 'stringSlice',
  usage,
  default: fallback,
});

/** A flag that stands alone, or says true or false. */
export const yes = (name: string, usage: string, fallback = ''): Flag => ({
  name,
  type: 'bool',
  usage,
  ...(fallback === '' ? {} : { default: fallback }),
});

/** A flag with a duration in Go's form. */
export const time = (name: string, usage: string, fallback: string): Flag => ({
  name,
  type: 'duration',
  usage,
  default: fallback,
});

/** A flag with a whole number. */
export const whole = (name: string, usage: string, fallback: string): Flag => ({
  name,
  type: 'int',
  usage,
  default: fallback,
});
