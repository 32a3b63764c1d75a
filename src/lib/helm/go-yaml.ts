import { KnownError, messageOf } from '../../base/index.ts';
import { parse } from '../yaml/index.ts';

/** The first document of a text, with the words of sigs.k8s.io/yaml's Unmarshal when it does not parse. */
export function unmarshal(text: string): unknown {
  return reworded(() => parse(text));
}

/** Gives a YAML failure the prefix that sigs.k8s.io/yaml puts before go-yaml's text. */
export function reworded<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError('invalid', `error converting YAML to JSON: ${messageOf(thrown)}`, {
      cause: thrown,
      ...(thrown.where === undefined ? {} : { where: thrown.where }),
    });
  }
}
