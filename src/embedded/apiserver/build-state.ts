import { createAdmission } from './admission/admission.ts';
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
import { rbacRules } from './auth/rbac.ts';
import { createTokenIssuer } from './auth/service-account-token.ts';
import { createRequestMetrics } from './metrics/request-metrics.ts';
import { createRegistry } from './resources/resource-registry.ts';
import { createKeyLocks } from './write/key-locks.ts';
import type { ApiServerOptions } from './options.ts';
import type { ServerState } from './server-state.ts';

/** Puts together what every part of the server is handed. */
export function buildState(
  options: ApiServerOptions,
  parts: Pick<ServerState, 'store' | 'closing' | 'runtime'> & { readonly quotas: QuotaKeeper },
): ServerState {
  const { clock, log, profile = 'modern', serviceCidr = '127.65.0.0/16' } = options;
  const { store, quotas, closing, runtime } = parts;
  const webhooks = createWebhookList(store);
  const keyPem = options.auth?.serviceAccountKeyPem;
  return {
    store,
    closing,
    runtime,
    clock,
    log,
    profile,
    resources: createRegistry(profile),
    admission: createAdmission({
      changing: [
        namespaceLifecycle,
        definitions,
        ...(options.serviceAccountAdmission === false ? [] : [serviceAccount]),
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
    }),
    locks: createKeyLocks(),
    metrics: createRequestMetrics(),
    addresses: createAddresses(store, serviceCidr),
    tokens: createTokenIssuer({ store, clock, ...(keyPem === undefined ? {} : { keyPem }) }),
    authorizer: createAuthorizer(
      options.auth?.authorization === 'always-allow' ? whoeverIsKnown : rbacRules(store),
    ),
  };
}
