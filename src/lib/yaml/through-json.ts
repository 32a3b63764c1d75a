import { invalid } from '../../base/index.ts';

const touched = /[\x7f-\x9f\ud800-\udfff\ufffe\uffff]/;
const refused = /[\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** White space around U+0085 goes; one U+0085 is a space, each further one a newline. */
function foldNextLine(text: string): string {
  return text.replaceAll(/[ ]*\u0085(?:[ ]*\u0085)*[ ]*/g, (run) => {
    const count = run.split('\u0085').length - 1;
    return count === 1 ? ' ' : '\n'.repeat(count - 1);
  });
}

/** How far libyaml looks for the colon of a key that it reads back. */
const LONGEST_KEY = 1024;

/** A key on the same way: one that a line break would cut, or that is too long, is read back as no key. */
export function keyThroughJson(text: string): string {
  const isCut = text.includes('\u0085');
  if (isCut || (text.length > 160 && JSON.stringify(text).length > LONGEST_KEY)) {
    throw invalid("yaml: line 1: did not find expected ',' or '}'");
  }
  return throughJson(text);
}

/**
 * A string after Go has written it as JSON and go-yaml has read that JSON as YAML, which is how
 * sigs.k8s.io/yaml marshals: U+0085 becomes a space, characters YAML forbids are an error, and what
 * is not valid Unicode becomes U+FFFD.
 */
export function throughJson(text: string): string {
  if (!touched.test(text)) return text;
  const whole = text.toWellFormed();
  if (refused.test(whole)) throw invalid('yaml: control characters are not allowed');
  return whole.includes('\u0085') ? foldNextLine(whole) : whole;
}
