import { isRecord, KnownError } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { HostObject, typedMap } from '../../gotemplate/index.ts';
import type { GoFunction } from '../../gotemplate/index.ts';
import { stringify } from '../../yaml/index.ts';

/** Go's type of the data of a template, of `.Values` and of `.Template`: a map with methods, which come before keys. */
interface ValuesType {
  readonly name: string;
  readonly element: string;
  readonly methods: Readonly<Record<string, GoFunction>>;
}

const text = ['string'] as const;

/** `chartutil.Values` */
export const valuesType: ValuesType = {
  name: 'chartutil.Values',
  element: 'interface {}',
  methods: {
    AsMap: { params: [], call: (self: JsonRecord) => ({ ...self }) },
    // No template has a writer to give.
    Encode: { params: [{ named: 'io.Writer' }], call: () => null },
    PathValue: { params: text, call: pathValue },
    Table: { params: text, call: (self: JsonRecord, path: string) => asValues(table(self, path)) },
    YAML: { params: [], call: (self: JsonRecord) => stringify(self) },
  },
};

function asValues(found: JsonRecord): JsonRecord {
  return typedMap({ ...found }, valuesType);
}

function isTable(value: unknown): value is JsonRecord {
  return isRecord(value) && !(value instanceof HostObject);
}

/** The map at a path like `a.b`. Throws `KnownError` in Helm's words, which name the step that failed. */
function table(self: JsonRecord, path: string): JsonRecord {
  let found = self;
  for (const step of path.split('.')) {
    const next = Object.hasOwn(found, step) ? found[step] : undefined;
    if (!isTable(next)) throw new KnownError('not-found', `${JSON.stringify(step)} is not a table`);
    found = next;
  }
  return found;
}

/** What stands at a path like `a.b`; a map is no value. Throws `KnownError` in Helm's words. */
function pathValue(self: JsonRecord, path: string): unknown {
  if (path === '') throw new KnownError('invalid', 'YAML path cannot be empty');
  const key = path.slice(path.lastIndexOf('.') + 1);
  const above = path.slice(0, Math.max(0, path.length - key.length - 1));
  let holder: JsonRecord = {};
  try {
    holder = path.includes('.') ? table(self, above) : self;
  } catch {
    // Helm names the last step here, whichever is missing.
  }
  if (Object.hasOwn(holder, key) && !isTable(holder[key])) return holder[key];
  throw new KnownError('not-found', `${JSON.stringify(key)} is not a value`);
}
