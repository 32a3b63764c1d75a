/**
 * The built-in kinds as a real server treats them: what is served, where it is stored, defaults,
 * validation, what create and update keep, field selectors, tables, conversion between versions.
 * It stores nothing and answers no request (that is embedded/apiserver), and it runs no control
 * loop (embedded/workloads). Start with `resource.ts`, then
 * `registry/registry.ts`.
 */
export type {
  BuiltinResource,
  BuiltinSubresource,
  KindTable,
  Profile,
  TableColumn,
} from './resource.ts';
export type { FieldError } from '../../lib/schema/index.ts';
export { builtinResources, groupOrder, resourceOf, resourcesOf } from './registry/registry.ts';
export { applyDefaults } from './defaults/index.ts';
export { keptByStatus, prepareCreate, prepareUpdate, specChanged } from './prepare.ts';
export { validateCreate, validateUpdate } from './validation/index.ts';
export { validateMeta, validateMetaUpdate } from './validation/meta.ts';
export { fieldLabelComplaint, fieldLabelsOf, fieldsOf } from './fields.ts';
export { matchesSelector } from './selector.ts';
export { tableOf } from './tables/index.ts';
export { humanDuration } from './tables/age.ts';
export { customTable } from './tables/custom.ts';
export { convert } from './conversion/index.ts';
