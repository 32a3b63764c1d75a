import type { JsonRecord } from '../../../base/index.ts';
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
/** OpenAPI of these built-in and custom resources. `version` goes into info.version, e.g. v1.33.0. */
export function createOpenApi(of: {
  readonly version: string;
  readonly resources: readonly OpenApiResource[];
  readonly custom: readonly CustomType[];
}): OpenApi {
  throw new Error('not yet' + String(of));
}
