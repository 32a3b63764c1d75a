import type { KubeObject } from '../../../base/index.ts';

/** A service and one of its ports, by number or name. */
export interface Backend {
  service?: { name: string; port?: { number?: number; name?: string } };
}

/** What the router reads of a networking.k8s.io/v1 Ingress. */
export interface Ingress extends KubeObject {
  spec: {
    ingressClassName?: string;
    defaultBackend?: Backend;
    tls?: Array<{ hosts?: string[]; secretName?: string }>;
    rules?: Array<{
      host?: string;
      http?: { paths: Array<{ path?: string; pathType?: string; backend: Backend }> };
    }>;
  };
  status?: { loadBalancer?: { ingress?: Array<{ ip?: string }> } };
}

export interface IngressClass extends KubeObject {
  spec?: { controller?: string };
}

/** The controller that an IngressClass names to have its Ingresses served here. */
export const ourController = 'trice.dev/ingress';
