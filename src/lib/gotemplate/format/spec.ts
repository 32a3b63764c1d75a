import { runesOf } from '../value/index.ts';

/** The flags, width and precision of one verb. */
export interface Spec {
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%#v` and `%+v`: then `sharp` and `plus` are off. */
  sharpV: boolean;
  plusV: boolean;
  width: number | undefined;
  precision: number | undefined;
}

/** A verb without any flag. */
export function plainSpec(): Spec {
  return {
    minus: false,
    plus: false,
    sharp: false,
    space: false,
    zero: false,
    sharpV: false,
    plusV: false,
    width: undefined,
    precision: undefined,
  };
}

/** Fills a text up to the width, with zeros only on the left. */
export function pad(text: string, spec: Spec, zero: boolean = spec.zero): string {
  if (spec.width === undefined) return text;
  const missing = spec.width - runesOf(text).length;
  if (missing <= 0) return text;
  if (spec.minus) return text + ' '.repeat(missing);
  return (zero ? '0' : ' ').repeat(missing) + text;
}

/** Cuts a text to the precision. */
export function truncate(text: string, spec: Spec): string {
  if (spec.precision === undefined || spec.precision >= text.length) return text;
  return runesOf(text).slice(0, spec.precision).join('');
}
