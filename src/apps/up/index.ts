/**
 * `trice up`: the embedded cluster and every feature in one process, wired together. This is the only
 * place where the two wings meet: features get the cluster through its API and nothing else. It keeps
 * all state in one folder and goes on from it. Start with `start-up.ts`.
 */
export { startUp } from './start-up.ts';
export type { Platform, UpPorts } from './start-up.ts';
export { makeFolder } from './data-dir.ts';
export { engineNames } from './engines.ts';
export { nextSteps } from './next-steps.ts';
export type { UpJson } from './up-json.ts';
export type { ApiSwitches, Endpoint, Part, UpOptions } from './options.ts';
