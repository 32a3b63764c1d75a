import { anonymous, mastersGroup, type User } from './user.ts';

/** What somebody wants to do. Either a resource or a path. */
export interface Attributes {
  readonly user: User;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Set for requests that are not about a resource. */
  readonly path?: string;
}

/** Says who may do what. */
export interface Authorizer {
  /** Undefined: no. Otherwise why it is allowed; empty where no rule says so. */
  allows(attributes: Attributes): string | undefined;
}

/** Paths anybody may read. */
const publicPaths = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

/** Members of system:masters may do anything, everybody may ask for health and version; `rules` decides the rest. */
export function createAuthorizer(rules: Authorizer['allows']): Authorizer {
  return {
    allows(attributes) {
      if (attributes.user.groups.includes(mastersGroup)) return '';
      const { path } = attributes;
      if (
        path !== undefined &&
        publicPaths.some((each) => path === each || path.startsWith(`${each}/`))
      )
        return '';
      return rules(attributes);
    },
  };
}

/**
 * Rules of a server that only asks who somebody is (`AlwaysAllow`). Whoever is only asked about may do
 * everything too; callers without credentials may do nothing.
 */
export const whoeverIsKnown: Authorizer['allows'] = ({ user }) =>
  user.name === anonymous.name ? undefined : '';

/** The message of a refusal, as a real server words it. */
export function refusal(attributes: Attributes): string {
  const { user, verb, group, resource, subresource, namespace } = attributes;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where =
    namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`;
}
