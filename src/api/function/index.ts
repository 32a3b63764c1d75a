/**
 * The kind Function of group openfaas.com: what a function is, as faas-cli, Helm charts and people
 * write it. `v1` is stored; `v1alpha2` is the same schema under its old name, so reading an old
 * object is a change of `apiVersion` and nothing else. Refuses to judge quantities or durations:
 * that is the reconciler's, which can say so in the object's status. Start with `function.ts`.
 */
export { functionKind, functionKindV1alpha2, parseFunction } from './function.ts';
export type {
  FunctionObject,
  FunctionResources,
  FunctionSpec,
  FunctionStatus,
} from './function.ts';
export { functionCrd } from './crd.ts';
