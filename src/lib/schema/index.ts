/**
 * Kubernetes types as data, and everything that can be computed from a type alone: patches, field
 * ownership, pruning, defaults, validation of custom resources, protobuf bodies, OpenAPI documents.
 * Built-in kinds come from a table generated from the published types (`tools/generate-schema.ts`),
 * custom resources from their `openAPIV3Schema`; both become a `TypeSchema`. Pure: it opens no file,
 * asks no clock and knows no rule of a single kind (those live in embedded/kinds).
 * Start with `type-schema.ts`, then `built-in.ts`.
 */
export type { ScalarFormat, TypeField, TypeSchema } from './type-schema.ts';
export type { FieldError, FieldErrorType } from './field-error.ts';
export { fieldErrorText, GoText } from './field-error.ts';
export { typeOf, builtInTypes } from './built-in.ts';
export type { BuiltInType } from './built-in.ts';
export { fromOpenApiV3 } from './custom/from-open-api.ts';
export { canonicalize } from './canonical.ts';
export { typeErrors } from './check-types.ts';
export { unknownFields } from './unknown-fields.ts';
export { canonicalQuantity, compareQuantities, parseQuantity, quantityNumber } from './quantity.ts';
export type { Quantity } from './quantity.ts';
export { deepEqual } from './equal.ts';
export { jsonPatch } from './patch/json-patch.ts';
export { createMergePatch, mergePatch } from './patch/merge-patch.ts';
export { strategicMerge } from './patch/strategic-merge.ts';
export { strategicDiff, threeWayMergePatch } from './patch/three-way.ts';
export { trackUpdate } from './ownership/update.ts';
export type { UpdateToTrack } from './ownership/update.ts';
export { applyServerSide } from './ownership/apply.ts';
export type { Applied, ApplyRequest } from './ownership/apply.ts';
export { ApplyConflict } from './ownership/conflict.ts';
export type { FieldConflict } from './ownership/conflict.ts';
export { structuralErrors } from './custom/structural.ts';
export { defaultBySchema } from './custom/defaulting.ts';
export { pruneBySchema } from './custom/pruning.ts';
export { compileCondition, customRuleErrors, customRules } from './custom/custom-rules.ts';
export type { Condition } from './rules/condition.ts';
export type { CustomRules } from './custom/custom-rules.ts';
export { validateBySchema } from './custom/validation.ts';
export { decodeProtobuf } from './protobuf/decode.ts';
export { createOpenApi } from './openapi/documents.ts';
export type { CustomType, OpenApi, OpenApiResource } from './openapi/documents.ts';
