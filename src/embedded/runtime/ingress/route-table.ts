import { ourController, type Backend, type Ingress, type IngressClass } from './ingress-object.ts';

/** Where a request goes: a service of the ingress's namespace. */
export interface Destination {
  readonly namespace: string;
  readonly service: string;
  readonly port: number | string;
}

/** Which secret holds the certificate of a host. */
export interface Certificate {
  readonly namespace: string;
  readonly secret: string;
}

/** The rules of all ingresses together. */
export interface RouteTable {
  /** Where a request for a host and a path goes; undefined: nowhere. */
  find(host: string, path: string): Destination | undefined;
  /** The certificate for a name that a client asks for. */
  certificateOf(host: string): Certificate | undefined;
}

const classNote = 'kubernetes.io/ingress.class';

/**
 * Whether an ingress is served here: it names a class of ours, none, or one that does not exist, so that
 * charts written for a controller that is not installed work as well. Pure.
 */
export function isOurs({ metadata, spec }: Ingress, classes: readonly IngressClass[]): boolean {
  const name = spec.ingressClassName ?? metadata.annotations?.[classNote];
  const found = classes.find((each) => each.metadata.name === name);
  return found === undefined || found.spec?.controller === ourController;
}

interface Route {
  /** Lower case; `*.example.com` stands for one label, '' for every host. */
  readonly host: string;
  readonly path: string;
  readonly isExact: boolean;
  readonly to: Destination;
}

/** Puts the rules in order: of two for the same requests the older ingress's holds. Pure. */
export function routeTable(ingresses: readonly Ingress[]): RouteTable {
  const sorted = ingresses.toSorted((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
  const routes = sorted.flatMap(routesOf);
  const fallback = sorted
    .map(({ metadata, spec }) => destination(metadata.namespace, spec.defaultBackend))
    .find((each) => each !== undefined);
  const certificates = sorted.flatMap(certificatesOf);
  return {
    find: (host, path) => {
      const name = plainHost(host);
      for (const form of formsOf(name)) {
        const here = routes.filter((each) => each.host === form);
        if (here.length > 0) return best(here, path)?.to ?? fallback;
      }
      return fallback;
    },
    certificateOf: (host) => {
      for (const form of formsOf(plainHost(host))) {
        const found = certificates.find((each) => each.host === form);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

function ageOf({ metadata }: Ingress): string {
  return `${metadata.creationTimestamp ?? ''} ${metadata.namespace}/${metadata.name}`;
}

/** Without port and case. */
function plainHost(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

/** The ways in which rules may name a host, the most special first. */
function formsOf(host: string): string[] {
  const dot = host.indexOf('.');
  return dot < 0 ? [host, ''] : [host, `*${host.slice(dot)}`, ''];
}

function routesOf({ metadata, spec }: Ingress): Route[] {
  return (spec.rules ?? []).flatMap(({ host = '', http }) =>
    (http?.paths ?? []).flatMap(({ path = '/', pathType, backend }) => {
      const to = destination(metadata.namespace, backend);
      if (to === undefined) return [];
      return [{ host: host.toLowerCase(), path, isExact: pathType === 'Exact', to }];
    }),
  );
}

function certificatesOf({
  metadata,
  spec,
}: Ingress): Array<Certificate & { readonly host: string }> {
  const { namespace = '' } = metadata;
  return (spec.tls ?? []).flatMap(({ hosts = [''], secretName: secret }) =>
    secret === undefined
      ? []
      : hosts.map((host) => ({ host: host.toLowerCase(), namespace, secret })),
  );
}

function destination(namespace = '', backend: Backend | undefined): Destination | undefined {
  const { name, port } = backend?.service ?? {};
  if (name === undefined) return undefined;
  return { namespace, service: name, port: port?.name ?? port?.number ?? '' };
}

/** An exact path goes before every prefix, a longer prefix before a shorter one. */
function best(routes: readonly Route[], path: string): Route | undefined {
  const exact = routes.find((each) => each.isExact && each.path === path);
  if (exact !== undefined) return exact;
  return routes
    .filter((each) => !each.isExact && isBelow(path, each.path))
    .toSorted((a, b) => b.path.length - a.path.length)[0];
}

/** Prefixes are compared element by element: `/foo` holds `/foo/bar`, and not `/foobar`. */
function isBelow(path: string, prefix: string): boolean {
  const parts = (text: string): string[] => text.split('/').filter((each) => each !== '');
  const [wanted, given] = [parts(prefix), parts(path)];
  return wanted.every((part, at) => part === given[at]);
}
