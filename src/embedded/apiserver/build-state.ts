import { createAdmission, type Admission } from './admission/admission.ts';
import { definitions } from './admission/definitions.ts';
import { accountSecret } from './admission/account-secret.ts';
import { claimClass } from './admission/claim-class.ts';
import { grants } from './admission/grants.ts';
import { conditionDefinitions, ruleDefinitions } from './admission/rule-definitions.ts';
import { ingressClass } from './admission/ingress-class.ts';
import { limitDefaults, limitRanger } from './admission/limits/limit-ranger.ts';
import type { QuotaKeeper } from './admission/quota/quota-keeper.ts';
import { createWebhookList } from './admission/webhooks/configurations.ts';
import {
  connectWebhooks,
  mutatingWebhooks,
  validatingWebhooks,
} from './admission/webhooks/webhooks.ts';
import { podDefaults } from './admission/pod-defaults.ts';
import { namespaceLifecycle } from './admission/namespace-lifecycle.ts';
import { serviceAccount } from './admission/service-account.ts';
import { signingRequest } from './admission/signing-request.ts';
import { createAddresses } from './admission/service-addresses.ts';
import { createAuthorizer, whoeverIsKnown } from './auth/authorizer.ts';
import { rbacRules, rulesOfUser } from './auth/rbac.ts';
import type { StaticTokens } from './auth/token-file.ts';
import { createTokenIssuer } from './auth/service-account-token.ts';
import { createRequestMetrics } from './metrics/request-metrics.ts';
import { createRegistry } from './resources/resource-registry.ts';
import { createKeyLocks } from './write/key-locks.ts';
import type { ApiServerOptions } from './options.ts';
import type { ServerState } from './server-state.ts';
import type { Store } from './store/store.ts';

/** Puts together what every part of the server is handed. */
export function buildState(
  options: ApiServerOptions,
  parts: Pick<ServerState, 'store' | 'closing' | 'runtime'> & {
    readonly quotas: QuotaKeeper;
    readonly staticTokens?: StaticTokens;
  },
): ServerState {
  const { clock, log, profile = 'modern', serviceCidr = '127.65.0.0/16' } = options;
  const { store, quotas, closing, runtime } = parts;
  const keyPem = options.auth?.serviceAccountKeyPem;
  const isOpen = options.auth?.authorization === 'always-allow';
  return {
    store,
    closing,
    runtime,
    clock,
    log,
    profile,
    resources: createRegistry(profile),
    admission: admissionOf(options, { store, quotas }),
    locks: createKeyLocks(),
    metrics: createRequestMetrics(),
    addresses: createAddresses(store, serviceCidr),
    staticTokens: parts.staticTokens ?? new Map(),
    tokens: createTokenIssuer({ store, clock, ...(keyPem === undefined ? {} : { keyPem }) }),
    authorizer: createAuthorizer(isOpen ? whoeverIsKnown : rbacRules(store)),
    rulesOf: (user, namespace) => (isOpen ? everything : rulesOfUser(store, user, namespace)),
  };
}

/** All rules for writes, in their order. */
function admissionOf(
  { serviceAccountAdmission = true }: ApiServerOptions,
  { store, quotas }: { readonly store: Store; readonly quotas: QuotaKeeper },
): Admission {
  const webhooks = createWebhookList(store);
  return createAdmission({
    changing: [
      namespaceLifecycle,
      definitions,
      ...(serviceAccountAdmission ? [serviceAccount] : []),
      podDefaults,
      claimClass,
      ingressClass,
      signingRequest,
      limitDefaults,
      accountSecret,
      mutatingWebhooks(webhooks),
    ],
    // What a webhook let in may still be too much; the quota has the last word.
    confirming: [
      grants,
      ruleDefinitions,
      conditionDefinitions,
      limitRanger,
      validatingWebhooks(webhooks),
      quotas.check,
    ],
    connecting: [connectWebhooks(webhooks)],
  });
}

/** What there is no need of roles for. */
const everything = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];
