import type { ApiRequest } from './http/api-request.ts';
import type { Clock, JsonRecord, Logger } from '../../base/index.ts';
import type { Profile } from '../kinds/index.ts';
import type { Admission } from './admission/admission.ts';
import type { AddressAllocator } from './admission/service-addresses.ts';
import type { TokenIssuer } from './auth/service-account-token.ts';
import type { StaticTokens } from './auth/token-file.ts';
import type { Authorizer } from './auth/authorizer.ts';
import type { User } from './auth/user.ts';
import type { PathTarget } from './http/api-path.ts';
import type { RequestMetrics } from './metrics/request-metrics.ts';
import type { PodRuntime } from './pod-runtime.ts';
import type { ResourceRegistry } from './resources/resource-registry.ts';
import type { ServedResource } from './resources/served-resource.ts';
import type { KeyLocks } from './write/key-locks.ts';
import type { Store } from './store/store.ts';

/** What every part of the server is handed. */
export interface ServerState {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly profile: Profile;
  readonly resources: ResourceRegistry;
  readonly admission: Admission;
  readonly addresses: AddressAllocator;
  readonly locks: KeyLocks;
  readonly tokens: TokenIssuer;
  readonly staticTokens: StaticTokens;
  readonly authorizer: Authorizer;
  /** What a user may do in a namespace, as rules of roles. */
  readonly rulesOf: (user: User, namespace: string) => readonly JsonRecord[];
  readonly metrics: RequestMetrics;
  /** The runtime may come later than the server, or never. */
  readonly runtime: () => PodRuntime | undefined;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
}

/** One request for a resource, understood. */
export interface Call {
  readonly state: ServerState;
  readonly request: ApiRequest;
  readonly query: URLSearchParams;
  readonly user: User;
  readonly resource: ServedResource;
  readonly target: PathTarget;
  /** Texts of Warning headers; verbs add to them. */
  readonly warnings: string[];
}

let lastSecond = -1;
let lastText = '';

/** Now, as objects carry times: RFC 3339 in whole seconds. Asked several times for every write. */
export function nowText(clock: Clock): string {
  const second = Math.floor(clock.now().getTime() / 1000);
  if (second === lastSecond) return lastText;
  lastSecond = second;
  lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
  return lastText;
}
