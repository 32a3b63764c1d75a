/**
 * A Kubernetes API server in this process: unmodified kubectl, client libraries and controllers work
 * on it, over HTTPS or in-process. It stores, validates, watches and answers; it runs no control loop
 * and no container (embedded/workloads and embedded/runtime do), and calls out only to admission webhooks.
 * Start with `server.ts` (how it is put together), then `route.ts`, `verbs/` and `store/store.ts`.
 */
export { createApiServer } from './server.ts';
export type { ApiServer } from './server.ts';
export type { ApiServerOptions, AuthOptions, ListenAt } from './options.ts';
export type { StaticTokens } from './auth/token-file.ts';
export { createPki } from './pki/pki.ts';
export type { Pki } from './pki/pki.ts';
export { kubeconfigText } from './pki/kubeconfig.ts';
export type { ExecOptions, Executing, LogsOptions, PodRuntime } from './pod-runtime.ts';
