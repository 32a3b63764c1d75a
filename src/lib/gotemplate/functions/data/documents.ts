import { KnownError } from '../../../../base/index.ts';
import { parse, stringify, stringifyPretty } from '../../../yaml/index.ts';
import type { FunctionTable } from '../../signature.ts';
import { GoError } from '../../template-error.ts';
import { typedList, typedMap } from '../../value/index.ts';
import { fn } from '../define.ts';
import { expectShape, readJson } from './json-read.ts';
import { writeJson } from './json-write.ts';
import { toPlain } from './plain.ts';
import { readToml } from './toml/read-toml.ts';
import { writeToml } from './toml/write-toml.ts';

/** Runs; what Go would return as an error is given to `otherwise`. */
function orError<T>(run: () => T, otherwise: (message: string) => T): T {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof KnownError) return otherwise(thrown.message);
    throw thrown;
  }
}

const asMap = (message: string): Record<string, unknown> => ({ Error: message });
const asList = (message: string): unknown[] => [message];
const nothing = (): string => '';

/** What `null` becomes in a variable of that type. */
const nilMap = (): Record<string, unknown> =>
  typedMap({}, { name: 'map[string]interface {}', element: 'interface {}', isNil: true });
const nilList = (): unknown[] =>
  typedList([], { name: '[]interface {}', element: 'interface {}', isNil: true });

function readYaml<T>(text: string, shape: 'map' | 'list', empty: T): T {
  let value: unknown;
  try {
    value = parse(text);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new GoError(`error converting YAML to JSON: ${thrown.message}`);
  }
  try {
    return expectShape(value, shape, empty);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new GoError(`error unmarshaling JSON: while decoding JSON: ${thrown.message}`);
  }
}

/** What is only a number is refused for its kind before it is found to be too large. */
function readDocument(text: string): unknown {
  return /^[ \t\r\n]*-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?[ \t\r\n]*$/.test(text)
    ? 0
    : readJson(text);
}

function trimNewline(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

const raw = { escapeHtml: false } as const;
const pretty = { indent: '  ' } as const;

/** Documents as text: YAML, JSON and TOML, with Helm's way of handing errors on. */
export const documentFunctions: FunctionTable = {
  toYaml: fn(['any'], (value: unknown) =>
    orError(() => trimNewline(stringify(toPlain(value))), nothing),
  ),
  toYamlPretty: fn(['any'], (value: unknown) =>
    orError(() => trimNewline(stringifyPretty(toPlain(value))), nothing),
  ),
  fromYaml: fn(['string'], (text: string) => orError(() => readYaml(text, 'map', {}), asMap)),
  fromYamlArray: fn(['string'], (text: string) =>
    orError<unknown[]>(() => readYaml(text, 'list', []), asList),
  ),
  toJson: fn(['any'], (value: unknown) => orError(() => writeJson(value), nothing)),
  mustToJson: fn(['any'], (value: unknown) => writeJson(value)),
  toPrettyJson: fn(['any'], (value: unknown) => orError(() => writeJson(value, pretty), nothing)),
  mustToPrettyJson: fn(['any'], (value: unknown) => writeJson(value, pretty)),
  toRawJson: fn(['any'], (value: unknown) => writeJson(value, raw)),
  mustToRawJson: fn(['any'], (value: unknown) => writeJson(value, raw)),
  fromJson: fn(['string'], (text: string) =>
    orError(() => expectShape(readDocument(text), 'map', nilMap()), asMap),
  ),
  fromJsonArray: fn(['string'], (text: string) =>
    orError<unknown[]>(() => expectShape(readDocument(text), 'list', nilList()), asList),
  ),
  mustFromJson: fn(['string'], readJson),
  toToml: fn(['any'], (value: unknown) => {
    // The encoder panics on nil, which is no error it could hand on.
    if (value === null) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
    return orError(
      () => writeToml(value),
      (message) => message,
    );
  }),
  fromToml: fn(['string'], (text: string) => orError(() => readToml(text), asMap)),
};
