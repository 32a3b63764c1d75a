/**
 * Writes src/lib/schema/kubernetes.generated.ts: the compact table of built-in types.
 *
 *   node tools/generate-schema.ts path/to/kubernetes-1.34-types.json
 *
 * The input holds facts of the published Go types (names, protobuf numbers, directives). Go's names of
 * types are resolved here, once, so that reading the table at run time is one JSON.parse.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { additionalTypes } from './schema-additions.ts';
import type { SourceField, SourceGroups, SourceType } from './schema-source.ts';

/** Groups that are not served: they would only make the table bigger. */
const leftOut =
  /^(admission|apidiscovery|flowcontrol|imagepolicy|internal|resource|storagemigration)\b.*|.*alpha\d*$/;

const plain: Readonly<Record<string, string>> = {
  string: 'string',
  bool: 'bool',
  int: 'int64',
  int32: 'int32',
  int64: 'int64',
  uint32: 'int64',
  uint16: 'int32',
  float64: 'float',
  float32: 'float',
  byte: 'int32',
  '[]byte': 'bytes',
  'struct{}': 'empty',
  'types.UID': 'string',
  'types.NodeName': 'string',
  'resource.Quantity': 'quantity',
  'intstr.IntOrString': 'intOrString',
  'metav1.Time': 'time',
  'metav1.MicroTime': 'microTime',
  'metav1.Duration': 'duration',
  'runtime.RawExtension': 'raw',
  'runtime.Object': 'raw',
  'metav1.FieldsV1': 'raw',
};

/** Types whose JSON is not what their Go fields say, by their own name. */
const special: Readonly<Record<string, string>> = {
  'meta/v1.Time': 'time',
  'meta/v1.MicroTime': 'microTime',
  'meta/v1.Duration': 'duration',
  'meta/v1.FieldsV1': 'raw',
  'apiextensions.k8s.io/v1.JSON': 'raw',
  'apiextensions.k8s.io/v1beta1.JSON': 'raw',
};

const constants: Readonly<Record<string, string>> = {
  'ref(AzureDataDiskCachingReadWrite)': '"ReadWrite"',
  'ref(AzureSharedBlobDisk)': '"Shared"',
};

const groups: SourceGroups = (
  JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as { groups: SourceGroups }
).groups;
for (const [group, types] of Object.entries(additionalTypes)) {
  groups[group] = { ...groups[group], ...types };
}

/** `v1` in a Go file may be the group's own v1, core v1 or meta v1: the first that has the type. */
function packagesOf(alias: string, group: string): string[] {
  const own = group.replace(/[^/]+$/, '');
  if (alias === 'metav1') return ['meta/v1'];
  if (alias === 'corev1' || alias === 'apiv1') return ['v1'];
  if (alias === 'v1') return [`${own}v1`, 'v1', 'meta/v1'];
  const named = /^([a-z]+)(v\d\w*)$/.exec(alias);
  if (named === null) return [];
  return [`${named[1]}/${named[2]}`, `${named[1]}.k8s.io/${named[2]}`];
}

interface Resolved {
  readonly type: string;
  readonly oneOf?: readonly string[];
}

/** A Go type as the table writes it: `string`, `[]v1.Container`, `{}quantity`, `items:string`. */
function resolve(go: string, group: string): Resolved {
  const known = plain[go];
  if (known !== undefined) return { type: known };
  if (go.startsWith('*')) return resolve(go.slice(1), group);
  if (go.startsWith('[]')) return { type: `[]${resolve(go.slice(2), group).type}` };
  const map = /^map\[[^\]]+\](.*)$/.exec(go);
  if (map !== null) return { type: `{}${resolve(map[1] ?? '', group).type}` };
  return resolveByName(go, group);
}

function resolveByName(go: string, group: string): Resolved {
  const [alias, bare = ''] = go.includes('.') ? go.split('.') : [undefined, go];
  const own = [group, group.replace(/[^/]+$/, 'v1')];
  for (const place of alias === undefined ? own : packagesOf(alias, group)) {
    const written = special[`${place}.${bare}`];
    if (written !== undefined) return { type: written };
    const found = groups[place]?.[bare];
    if (found !== undefined) return resolveNamed(`${place}.${bare}`, found, place);
  }
  throw new Error(`unknown Go type ${go} in ${group}`);
}

function resolveNamed(name: string, found: SourceType, group: string): Resolved {
  if (found.alias === undefined) return { type: unionOf(name) ?? name };
  if (/\.(ExtraValue|Verbs)$/.test(name)) return { type: 'items:string' };
  const type = resolve(found.alias, group).type;
  return found.enum === true && found.values !== undefined
    ? { type, oneOf: found.values }
    : { type };
}

function unionOf(name: string): string | undefined {
  const union = /\.JSONSchemaPropsOr(Array|Bool|StringArray)$/.exec(name)?.[1];
  return union === undefined ? undefined : `schemaOr${union}:${name.replace(/Or\w+$/, '')}`;
}

/** [name, type, protobuf number, flags, directives]; flags: o omitempty, p pointer, r required, i inline. */
function fieldRow(field: SourceField, group: string): unknown[] | undefined {
  if (field.name === '-' || (field.inline === true && !/^\*?[\w.]+$/.test(field.go))) return;
  const { type, oneOf } = resolve(field.go, group);
  const directives = directivesOf(field, type, oneOf);
  const row = [field.name ?? '', type, field.proto?.[1] ?? 0, flagsOf(field)];
  return Object.keys(directives).length === 0 ? row : [...row, directives];
}

function flagsOf(field: SourceField): string {
  const optional = field.omitempty === true || field.optional === true || field.inline === true;
  const flags: [string, boolean][] = [
    ['o', field.omitempty === true],
    ['p', field.go.startsWith('*')],
    ['r', field.required === true || !optional],
    ['i', field.inline === true],
  ];
  return flags.map(([flag, is]) => (is ? flag : '')).join('');
}

function directivesOf(field: SourceField, type: string, oneOf?: readonly string[]): object {
  const isList = type.startsWith('[]');
  const listType = field.listType === 'atomic' ? undefined : field.listType;
  const all = {
    l: isList ? listType : undefined,
    k: isList ? field.listMapKeys : undefined,
    m: field.mapType ?? field.structType,
    s: field.patchStrategy,
    g: field.patchMergeKey,
    d: field.default === undefined ? undefined : defaultOf(field.default),
    e: oneOf,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function defaultOf(text: string): unknown {
  return JSON.parse(constants[text] ?? text);
}

function typeRow(name: string, found: SourceType, group: string): object | undefined {
  if (found.fields === undefined || special[`${group}.${name}`] !== undefined) return;
  const listOrOptions = found.object === true && /(List|Options)$/.test(name);
  if (unionOf(`.${name}`) !== undefined || (listOrOptions && group !== 'meta/v1')) return;
  const fields = found.fields
    .filter((field) => !/^(port|for|\*)$/.test(field.go))
    .map((field) => fieldRow(field, group))
    .filter((row) => row !== undefined);
  return {
    f: fields,
    ...(found.object === true ? { o: 1 } : {}),
    ...(found.clusterScoped === true ? { c: 1 } : {}),
    ...(found.mapType === undefined ? {} : { m: found.mapType }),
    ...(found.preserveUnknown === true ? { u: 1 } : {}),
  };
}

const table: Record<string, Record<string, object>> = {};
for (const group of Object.keys(groups).toSorted()) {
  if (leftOut.test(group)) continue;
  const rows: Record<string, object> = {};
  for (const [name, found] of Object.entries(groups[group] ?? {})) {
    const row = typeRow(name, found, group);
    if (row !== undefined) rows[name] = row;
  }
  table[group] = rows;
}

const lines = Object.entries(table).map(
  ([group, rows]) => `${JSON.stringify(group)}:{${oneLineEach(rows)}}`,
);
function oneLineEach(rows: Record<string, object>): string {
  return Object.entries(rows)
    .map(([name, row]) => `\n${JSON.stringify(name)}:${JSON.stringify(row)}`)
    .join(',');
}
const text = `{${lines.join(',\n')}}`;
if (/[\\`]|\$\{/.test(text)) throw new Error('the table would need escapes');
const out = fileURLToPath(new URL('../src/lib/schema/kubernetes.generated.ts', import.meta.url));
writeFileSync(
  out,
  `/** Built-in Kubernetes types (1.34), written by tools/generate-schema.ts; do not edit. JSON text, parsed on first use. */\nexport const kubernetesTypes: string = String.raw\`${text}\`;\n`,
);
console.log(`${out}: ${Math.round(text.length / 1024)} KiB, ${lines.length} group versions`);
