import type { JsonSchema } from '../custom/json-schema.ts';
import { ruleEnvironment } from './environment.ts';

/** A schema as rules see it: the name of its type, and how its values become values of that type. */
export interface CelType {
  readonly name: string;
  of(value: unknown): unknown;
}

const integer: CelType = {
  name: 'int',
  of: (value) => (Number.isInteger(value) ? BigInt(value as number) : value),
};
const anyText: CelType = { name: 'string', of: (value) => value };
const scalars: Readonly<Record<string, CelType>> = {
  string: anyText,
  integer,
  number: { name: 'double', of: Number },
  boolean: { name: 'bool', of: (value) => value },
};

/** Numbers become integers, texts stay texts; what a rule does with it is checked when it runs. */
export const intOrString: CelType = {
  name: 'dyn',
  of: (value) => (typeof value === 'number' ? integer.of(value) : value),
};

const timestamp: CelType = {
  name: 'google.protobuf.Timestamp',
  of: (value) => new Date(String(value)),
};
const formats: Readonly<Record<string, CelType>> = {
  'date-time': timestamp,
  date: timestamp,
  byte: { name: 'bytes', of: (value) => new Uint8Array(Buffer.from(String(value), 'base64')) },
  duration: { name: 'google.protobuf.Duration', of: (value) => durationOf(String(value)) },
};

let parseDuration: ((context: { readonly text: string }) => unknown) | undefined;

function durationOf(text: string): unknown {
  parseDuration ??= ruleEnvironment().registerVariable('text', 'string').parse('duration(text)');
  return parseDuration({ text });
}

/** Texts, numbers and booleans; undefined for a schema without a type, which rules cannot reach. */
export function scalarType(schema: JsonSchema): CelType | undefined {
  const format = schema.type === 'string' ? formats[schema.format ?? ''] : undefined;
  return format ?? scalars[schema.type ?? ''];
}
