/**
 * The Go template language (text/template as of Go 1.26), compiled to JavaScript, with the
 * functions of Sprig and Helm's own data functions.
 *
 * How Go values look here:
 * - `string`, `bool`: a JavaScript string and boolean. A byte that is not valid UTF-8 stands as the
 *   lone surrogate U+DC80 … U+DCFF; `toBytes` gives the bytes.
 * - `float64` is a `number`; `int` is a `bigint`; every other number kind (int64, uint8 …) is a
 *   `GoNumber` made by `int64(…)` and friends. So parsed YAML or JSON can be handed in as it is.
 * - `map[string]interface{}` is a plain object, `[]interface{}` an array. Both are shared, never
 *   copied: `set` and `merge` change what the caller handed in. Other element types and named
 *   types (`[]string`, `map[string]string`, `chartutil.Values`) are the same with a tag put on by
 *   `typedList` and `typedMap`.
 * - nil inside a map or list is `null`. A template's "no value" is `undefined`; both count as nil.
 * - structs and anything with methods are `HostObject`s: a `HostType` says the fields and methods.
 *
 * `execute` gives the text; `executeTraced` gives the same text and for each of its lines the place
 * in the templates that printed it and the values read for it, as paths from dot (`ValuePath`,
 * `['Values', 'image', 'tag']`). `executeTracked` gives it with what the run depends on, so that after a
 * change of the data only the templates that read the changed values are run again: keep each
 * template's `Tracked`, ask `isTouchedBy(compareData(before, after))`. Versions and constraints as
 * Masterminds' semver has them can be used on their own: `parseVersion`, `parseConstraint`.
 *
 * Refuses: goroutines, channels, networks, clocks and randomness of its own. Time and random bytes
 * come through ports; output, steps and depth have budgets; every failure is a `TemplateError` with
 * Go's text. Start reading at `engine.ts`; the pipeline is lexer → parser → generate → runtime.
 */
export { createEngine } from './engine.ts';
export type { Budgets, Engine, EngineOptions } from './engine.ts';
export { compareData } from './track/changes.ts';
export type { Change } from './track/changes.ts';
export type { Tracked } from './track/tracked.ts';
export { pathText } from './trace/value-path.ts';
export type { ValuePath } from './trace/value-path.ts';
export type { TraceLine, Traced } from './trace/traced.ts';
export type { TracePiece } from './trace/pieces.ts';
export type { TemplatePlace } from './trace/place.ts';
export { functionTable } from './functions/index.ts';
export type { FunctionPorts } from './functions/index.ts';
export { GoError, TemplateError, goPanic } from './template-error.ts';
export type { TemplateFrame } from './template-error.ts';
export { GoNumber, HostObject, int64, isNil, typedList, typedMap, uint8 } from './value/index.ts';
export type { HostMethod, HostType, NumberKind } from './value/index.ts';
export type { ArgumentUse, FunctionTable, GoFunction, ParamType } from './signature.ts';
export { formatValue, goQuote, sprint, sprintf } from './format/index.ts';
export { toBytes, fromBytes } from './value/index.ts';
export { typeName, kindOf } from './value/index.ts';
export { compareVersions, parseVersion, versionText } from './functions/pattern/version.ts';
export type { Version } from './functions/pattern/version.ts';
export { parseConstraint, satisfies } from './functions/pattern/constraint.ts';
export type { Constraint } from './functions/pattern/constraint.ts';
