import { RE2JS } from 're2js';
import { KnownError } from '../../../../base/index.ts';

const known = new Map<string, (text: string) => boolean>();
const maxKnown = 500;

/** A test for a pattern in RE2's syntax, which takes linear time whatever it is. */
export function matcher(pattern: string): (text: string) => boolean {
  const found = known.get(pattern);
  if (found !== undefined) return found;
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (thrown) {
    throw new KnownError(
      'invalid',
      `values.schema.json: ${JSON.stringify(pattern)} is not a pattern that can be used`,
      { cause: thrown },
    );
  }
  const matches = (text: string): boolean => compiled.matcher(text).find();
  if (known.size >= maxKnown) known.clear();
  known.set(pattern, matches);
  return matches;
}
