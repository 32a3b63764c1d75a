/** Who makes a request. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The members of this group may do anything. */
export const mastersGroup = 'system:masters';
/** Everybody who proved who they are. */
export const authenticatedGroup = 'system:authenticated';

/** The user of the in-process transport. */
export const systemAdmin: User = {
  name: 'system:admin',
  groups: [mastersGroup, authenticatedGroup],
};

/** A caller without credentials. */
export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** A user who proved who they are. */
export function authenticated(user: User): User {
  return user.groups.includes(authenticatedGroup)
    ? user
    : { ...user, groups: [...user.groups, authenticatedGroup] };
}
