/**
 * Serves the function gateway on a port: calls of functions, OpenFaaS' REST API and metrics. It
 * holds no logic of its own; that is in the feature. Refuses nothing but a port that is taken.
 * Start with `start-gateway.ts`.
 */
export { startGateway } from './start-gateway.ts';
export type { Gateway, GatewayPorts } from './start-gateway.ts';
