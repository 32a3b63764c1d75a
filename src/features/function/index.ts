/**
 * Functions: turns each Function object into a Deployment and a Service, and answers calls through
 * the gateway with OpenFaaS' own API. Refuses: asynchronous calls and scaling from zero (both told
 * in words), the portal, and every namespace that is not managed. Credentials come from the Secret
 * `basic-auth` and are followed. Start with `start.ts`, then `controller/decide.ts` and
 * `gateway/invoke.ts`.
 */
export { startFunctionGateway, startFunctions } from './start.ts';
export type { FunctionGateway, FunctionPorts } from './start.ts';
export { defaultSettings } from './settings.ts';
export type { FunctionSettings, ProbeTiming } from './settings.ts';
export { ensureBasicAuth } from './gateway/auth.ts';
export type { Dialer } from './gateway/invoke.ts';
