/**
 * The one node of the embedded cluster: takes the pods bound to it through their life (images, volumes,
 * environment, containers with restarts and back-off, probes, logs, termination) and tells the API how
 * they are. Containers run on a driver: `processDriver` runs images of our own builder as child
 * processes (no isolation), `containersDriver` runs any image with podman or docker, `simulatedDriver`
 * only pretends. `startServiceProxy` makes service addresses answer, `ingressRouter` serves Ingresses. It schedules nothing and decides no replica count. Start with `start-runtime.ts`, `pod/pod-life.ts` and `driver.ts`.
 */
export { startRuntime } from './start-runtime.ts';
export type { NodeRuntime, RuntimeOptions } from './start-runtime.ts';
export { processDriver } from './process/process-driver.ts';
export type { ProcessDriverOptions } from './process/process-driver.ts';
export { containersDriver } from './containers/containers-driver.ts';
export type { ContainersDriverOptions } from './containers/containers-driver.ts';
export type { EngineName, EngineOptions } from './containers/engine.ts';
export { simulatedDriver } from './simulated/simulated-driver.ts';
export type { SimulatedRule } from './simulated/simulated-driver.ts';
export { startServiceProxy } from './service/service-proxy.ts';
export type { ServiceProxyOptions } from './service/service-proxy.ts';
export { ingressRouter } from './ingress/ingress-router.ts';
export type { IngressOptions, IngressRouter } from './ingress/ingress-router.ts';
export { serveIngress, serveIngressTls } from './ingress/serve-ingress.ts';
export type {
  ContainerToStart,
  ContainerUsage,
  ExecCommand,
  Executing,
  Exited,
  FoundContainer,
  Mount,
  PodDriver,
  PulledImage,
  PullHow,
  RunningContainer,
  Sandbox,
} from './driver.ts';
