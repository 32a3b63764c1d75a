import { RE2JS, RE2JSException } from 're2js';

/** A test for a pattern of Go's regexp package, in linear time; undefined when it is not one. */
export function compileGo(pattern: string): ((text: string) => boolean) | undefined {
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch (thrown) {
    if (thrown instanceof RE2JSException) return undefined;
    throw thrown;
  }
}
