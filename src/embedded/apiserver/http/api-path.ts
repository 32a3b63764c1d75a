/** What the path of a request names. */
export type ApiPath =
  | { readonly is: 'resource'; readonly target: PathTarget }
  /** `/api/v1` or `/apis/G/V` */
  | { readonly is: 'group-version'; readonly group: string; readonly version: string }
  | { readonly is: 'group'; readonly group: string }
  /** Anything else: `/version`, `/api`, `/openapi/v2` … */
  | { readonly is: 'other'; readonly path: string };

/** The resource part of a path: `/apis/G/V/namespaces/NS/R/NAME/SUB/rest`. */
export interface PathTarget {
  readonly group: string;
  readonly version: string;
  readonly namespace?: string;
  readonly plural: string;
  readonly name?: string;
  readonly subresource?: string;
  /** What follows the subresource, beginning with `/` when there is anything; only proxies use it. */
  readonly rest: string;
  /** The old form `/api/v1/watch/…`. */
  readonly watch: boolean;
}

const ofNamespaceItself: readonly string[] = ['status', 'finalize'];

/** Reads a URL's path (still percent-encoded). */
export function parseApiPath(pathname: string): ApiPath {
  const parts = pathname.split('/').slice(1);
  const [root, first, second] = parts.map(decode);
  if (root === 'api' && first) return inVersion('', first, parts.slice(2));
  if (root === 'apis' && first && second) return inVersion(first, second, parts.slice(3));
  if (root === 'apis' && first) return { is: 'group', group: first };
  return { is: 'other', path: pathname };
}

function inVersion(group: string, version: string, given: readonly string[]): ApiPath {
  const watch = given[0] === 'watch';
  const parts = watch ? given.slice(1) : given;
  const [plural, name, sub] = parts.map(decode);
  if (!plural) return { is: 'group-version', group, version };
  const base = { group, version, watch };
  // `/api/v1/namespaces/N/status` is about the namespace itself.
  const itself = group === '' && ofNamespaceItself.includes(sub ?? '');
  const inNamespace = plural === 'namespaces' && name && sub && !itself;
  if (!inNamespace) return { is: 'resource', target: { ...base, ...tail(parts) } };
  return { is: 'resource', target: { ...base, namespace: name, ...tail(parts.slice(2)) } };
}

function tail(parts: readonly string[]): Pick<PathTarget, 'plural' | 'rest'> & Partial<PathTarget> {
  const [plural = '', name, subresource] = parts.map(decode);
  const rest = parts.slice(3);
  return {
    plural,
    ...(name ? { name } : {}),
    ...(subresource ? { subresource } : {}),
    rest: rest.length > 0 ? `/${rest.join('/')}` : '',
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
