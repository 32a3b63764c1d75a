/**
 * Go values as JavaScript has them: types, kinds, truth, byte strings. The representation is
 * described in the room's door; nothing here knows of templates. Start reading at `type.ts`.
 */
export { GoComplex, GoNumber, int64, isUnsigned, uint8 } from './number.ts';
export type { NumberKind } from './number.ts';
export {
  byteLength,
  byteSlice,
  compareText,
  fromBytes,
  isAscii,
  mayHoldBytes,
  normalize,
  runesOf,
  sortText,
  toBytes,
  validText,
} from './text.ts';
export { checkNesting, tooDeep } from './nesting.ts';
export { isTrue, isTypedNil } from './truth.ts';
export {
  elementOf,
  HostObject,
  isList,
  isMap,
  isNil,
  itemsOf,
  kindOf,
  tagOf,
  typedList,
  typedMap,
  typeName,
  zeroOf,
} from './type.ts';
export type { CollectionType, HostMethod, HostType } from './type.ts';
