import { RE2JS, RE2JSException } from 're2js';
import { invalid } from '../../../base/index.ts';

/** A test for a pattern of Go's regexp package, in linear time; undefined when it is not one. */
export function compileGo(pattern: string): ((text: string) => boolean) | undefined {
  try {
    return compileGoStrictly(pattern);
  } catch {
    return undefined;
  }
}

/** The same; throws Go's text for what is no pattern. */
export function compileGoStrictly(pattern: string): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch (thrown) {
    if (thrown instanceof RE2JSException) throw invalid(thrown.message);
    throw thrown;
  }
}
