/**
 * The Go type of a parameter. `int` and the other small kinds reach the function as a JavaScript
 * `number`, `int64` as a `bigint`, `any` (interface{}) as the value itself with nil as `null`.
 * `value` is Go's reflect.Value: like `any`, but "no value" stays `undefined`.
 */
export type ParamType =
  | 'any'
  | 'value'
  | 'string'
  | 'bool'
  | 'int'
  | 'int64'
  | 'uint32'
  | 'float64'
  | '[]interface {}'
  | '[]string'
  | 'map[string]interface {}'
  | 'time.Time'
  | 'error'
  | {
      readonly named: string;
      /** What a whole number written in a template becomes, for a named integer type. */
      readonly whole?: (number: bigint) => unknown;
    };

/**
 * What a function does with the maps and lists it is given, for `executeTracked`. Absent: it may look
 * at everything in them.
 * - `passes`: hands them on or puts them into what it makes, and looks at none;
 * - `lists`: asks their type, or which entries they have;
 * - `looks up`: the first one's entry that the others name, one key after the other;
 * - `copies`: looks at everything, and no part of it is in the answer;
 * - `sets`: changes the first one;
 * - `merges`: changes the first one all through, by what is in the others;
 * - `outside`: asks for time, chance or the cluster.
 */
export type ArgumentUse =
  'passes' | 'lists' | 'looks up' | 'copies' | 'sets' | 'merges' | 'outside';

/** A function a template can call. It throws `GoError` to fail with Go's text. */
export interface GoFunction {
  /** Parameter types in order; with `variadic` the last one repeats. */
  readonly params: readonly ParamType[];
  readonly variadic?: boolean;
  readonly use?: ArgumentUse;
  /**
   * Receives as many arguments as the template gave (checked and converted). Returns a Go value:
   * `null` for a nil interface{}, a tagged list for `[]string` and so on.
   */
  readonly call: (...args: never[]) => unknown;
}

/** Functions by name. */
export type FunctionTable = Readonly<Record<string, GoFunction>>;

/** Methods of a host type by name; `call` gets the value itself before the arguments. */
export type HostMethodTable = Readonly<Record<string, GoFunction>>;
