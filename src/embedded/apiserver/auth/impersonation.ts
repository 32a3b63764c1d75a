import type { ApiRequest } from '../http/api-request.ts';
import { StatusError } from '../http/status-error.ts';
import type { Attributes } from './authorizer.ts';
import { authenticated, type User } from './user.ts';

const extraPrefix = 'impersonate-extra-';

/** Who the headers of a request ask to be; undefined when they ask for nobody. */
export function impersonatedUser(headers: ApiRequest['headers']): User | undefined {
  const name = headers.get('impersonate-user') ?? '';
  const uid = headers.get('impersonate-uid') ?? '';
  const groups = listOf(headers.get('impersonate-group'));
  const extra: Record<string, string[]> = {};
  for (const [header, value] of headers)
    if (header.startsWith(extraPrefix))
      extra[decodeURIComponent(header.slice(extraPrefix.length))] = listOf(value);
  const hasExtra = Object.keys(extra).length > 0;
  if (name === '') {
    if (groups.length > 0 || uid !== '' || hasExtra)
      throw new StatusError(
        500,
        'InternalError',
        'Internal error occurred: requested impersonation of groups, a uid or extra fields without impersonating a user',
      );
    return undefined;
  }
  return authenticated({
    name,
    groups: groups.length > 0 ? groups : accountGroups(name),
    ...(uid === '' ? {} : { uid }),
    ...(hasExtra ? { extra } : {}),
  });
}

/** What a caller must be allowed to do to become that user: one question for each part of it. */
export function questions(caller: User, wanted: User): Attributes[] {
  const ask = (resource: string, name: string, more: Partial<Attributes> = {}): Attributes => ({
    user: caller,
    verb: 'impersonate',
    group: '',
    resource,
    subresource: '',
    namespace: undefined,
    name,
    ...more,
  });
  const group = 'authentication.k8s.io';
  const account = accountOf(wanted.name);
  const given = account ? accountGroups(wanted.name) : [];
  return [
    account
      ? ask('serviceaccounts', account.name, { namespace: account.namespace })
      : ask('users', wanted.name),
    ...wanted.groups
      .filter((each) => each !== 'system:authenticated' && !given.includes(each))
      .map((each) => ask('groups', each)),
    ...(wanted.uid === undefined ? [] : [ask('uids', wanted.uid, { group })]),
    ...Object.entries(wanted.extra ?? {}).flatMap(([key, values]) =>
      values.map((value) => ask('userextras', value, { group, subresource: key })),
    ),
  ];
}

/** The resource of a question as messages name it. */
export function questioned({ resource, subresource }: Attributes): string {
  return subresource === '' ? resource : `${resource}/${subresource}`;
}

function accountOf(
  user: string,
): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** An account that is impersonated without groups has those that its token would have. */
function accountGroups(user: string): string[] {
  const account = accountOf(user);
  return account ? ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`] : [];
}

/** Headers sent several times come joined with a comma and a space; a comma alone is part of a name. */
function listOf(header: string | null): string[] {
  return (header ?? '').split(', ').filter((each) => each !== '');
}
