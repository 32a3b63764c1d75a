/**
 * HTTP both ways, in the web's own words: a handler takes a `Request` and gives a `Response`, so
 * tests call it as a function. `listen` serves a handler on a port; `forward` streams a call to
 * another server; `sameText` compares secrets in constant time. Knows nothing of Kubernetes.
 */
export type { Handler, Peer, Transport } from './handler.ts';
export { listen } from './listen.ts';
export type { DirectHandler, ListenOptions, Listening, UpgradeHandler } from './listen.ts';
export { forward } from './forward.ts';
export type { ForwardTo } from './forward.ts';
export { basicAuthOf, sameText } from './auth.ts';
