import { createHash } from 'node:crypto';
import type { JsonRecord } from '../../../base/index.ts';
import { namedType, typeOf } from '../built-in.ts';
import { lazy } from '../compact-table.ts';
import { addCustomDefinition, customName } from './custom-definitions.ts';
import { addDefinition, addListDefinition, markKind } from './definitions.ts';
import type { Definitions, GroupVersionKind, OpenApiVersion } from './definitions.ts';
import { encodeDocument } from './gnostic.ts';
import { pathsOf } from './operations.ts';

/** A served resource, as the documents must list it. */
export interface OpenApiResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources?: readonly string[];
}

/** A served version of a CRD. */
export interface CustomType extends OpenApiResource {
  readonly openAPIV3Schema?: unknown;
  readonly listKind?: string;
}

/** What is served, and the version of the server (`v1.33.0`) for the documents' heads. */
export interface OpenApiInput {
  readonly version: string;
  readonly resources: readonly OpenApiResource[];
  readonly custom: readonly CustomType[];
}

/** The documents of one set of resources; make a new one when a CRD comes or goes (built-in parts are kept). */
export interface OpenApi {
  /** The OpenAPI v2 document as JSON data. */
  v2(): JsonRecord;
  /** The same as gnostic openapi.v2.Document bytes, for kubectl up to 1.28 and older Helm. */
  v2Protobuf(): Uint8Array;
  /** Hash of the v2 document, without quotes: for ETag. */
  v2Hash(): string;
  /** The body of /openapi/v3: paths to serverRelativeURL with a hash. */
  v3Index(): JsonRecord;
  /** The document of `api/v1` or `apis/apps/v1`; undefined when nothing is served there. */
  v3(path: string): JsonRecord | undefined;
}

/** A part of a v2 document, and its bytes. */
interface Part {
  readonly json: { readonly paths: JsonRecord; readonly definitions: Definitions };
  readonly bytes: () => Uint8Array;
}

/** The built-in part changes only with the server's profile: the last one made is kept. */
let keptBuiltIn: { readonly key: string; readonly part: Part } | undefined;

/** OpenAPI of these built-in and custom resources. Everything is made when it is first asked for. */
export function createOpenApi(input: OpenApiInput): OpenApi {
  const head = { swagger: '2.0', info: { title: 'Kubernetes', version: input.version } };
  const custom = lazy(() => customPart(input.custom));
  const builtIn = lazy(() => builtInPart(input));
  const hashes = lazy(() => groupHashes(input));
  return {
    v2: () => ({
      ...head,
      paths: { ...builtIn().json.paths, ...custom().json.paths },
      definitions: { ...builtIn().json.definitions, ...custom().json.definitions },
    }),
    v2Protobuf: () => Buffer.concat([encodeDocument(head), builtIn().bytes(), custom().bytes()]),
    v2Hash: () => hashOf([...hashes().values()]),
    v3Index: () => ({
      paths: Object.fromEntries(
        [...hashes()].map(([path, hash]) => [
          path,
          { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` },
        ]),
      ),
    }),
    v3: (path) => (hashes().has(path) ? v3Document(input, path) : undefined),
  };
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').toUpperCase();
}

const pathOf = ({ group, version }: GroupVersionKind): string =>
  group === '' ? `api/${version}` : `apis/${group}/${version}`;

/** A hash per group version: it changes when what is served there changes. */
function groupHashes(input: OpenApiInput): ReadonlyMap<string, string> {
  const byPath = Map.groupBy([...input.resources, ...input.custom], pathOf);
  return new Map(
    [...byPath].map(([path, resources]) => [path, hashOf([input.version, resources])] as const),
  );
}

function builtInPart(input: OpenApiInput): Part {
  const key = hashOf([input.version, input.resources]);
  if (keptBuiltIn?.key !== key) keptBuiltIn = { key, part: partOf(input.resources, []) };
  return keptBuiltIn.part;
}

function customPart(custom: readonly CustomType[]): Part {
  return partOf([], custom);
}

function partOf(resources: readonly OpenApiResource[], custom: readonly CustomType[]): Part {
  const definitions: Definitions = {};
  const paths = { ...addAll(definitions, resources, custom, 2) };
  // The definitions of metadata are in the built-in part; a name must not come twice in the bytes.
  if (custom.length > 0) {
    for (const name of Object.keys(definitions)) {
      if (name.startsWith('io.k8s.apimachinery.')) delete definitions[name];
    }
  }
  const json = { paths, definitions };
  return { json, bytes: lazy(() => encodeDocument(json)) };
}

/** Adds the definitions and gives the paths of all these resources. */
function addAll(
  definitions: Definitions,
  resources: readonly OpenApiResource[],
  custom: readonly CustomType[],
  version: OpenApiVersion,
): JsonRecord {
  const paths: JsonRecord = {};
  if (resources.length > 0 || version === 3) addMeta(definitions, version);
  for (const resource of resources) {
    Object.assign(paths, addBuiltIn(definitions, resource, version));
  }
  for (const resource of custom) {
    const { group, version: served, kind } = resource;
    const gvk = { group, version: served, kind };
    addCustomDefinition(definitions, { gvk, openAPIV3Schema: resource.openAPIV3Schema }, version);
    const of = { ...resource, definition: customName(gvk), custom: true };
    Object.assign(paths, pathsOf(of, version));
  }
  return paths;
}

function addMeta(definitions: Definitions, version: OpenApiVersion): void {
  for (const name of ['DeleteOptions', 'Status', 'ListMeta', 'ObjectMeta']) {
    addDefinition(definitions, namedType(`meta/v1.${name}`), version);
  }
  definitions['io.k8s.apimachinery.pkg.apis.meta.v1.Patch'] = { type: 'object' };
}

function addBuiltIn(
  definitions: Definitions,
  resource: OpenApiResource,
  version: OpenApiVersion,
): JsonRecord {
  const { group, version: served, kind } = resource;
  const apiVersion = group === '' ? served : `${group}/${served}`;
  const type = typeOf(apiVersion, kind);
  if (type?.name === undefined) return {};
  addDefinition(definitions, type, version);
  const gvk = { group, version: served, kind };
  markKind(definitions[type.name], gvk);
  addListDefinition(definitions, { name: type.name, gvk }, version);
  return pathsOf({ ...resource, definition: type.name, custom: false }, version);
}

function v3Document(input: OpenApiInput, path: string): JsonRecord {
  const schemas: Definitions = {};
  const here = <T extends OpenApiResource>(all: readonly T[]): T[] =>
    all.filter((each) => pathOf(each) === path);
  const paths = addAll(schemas, here(input.resources), here(input.custom), 3);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: input.version },
    paths,
    components: { schemas },
  };
}
