/**
 * Every reconciler in one process: makes sure that the cluster knows our kinds, then starts sync,
 * release, image, seal and function on it, and hands out their HTTP surfaces for the app above to
 * serve. It reads no arguments and listens nowhere. Start with `start-operator.ts`.
 */
export { startOperator } from './start-operator.ts';
export type { Operator, OperatorPorts } from './start-operator.ts';
export { crds } from './crds.ts';
