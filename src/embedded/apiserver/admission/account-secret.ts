import { isRecord, type KubeObject } from '../../../base/index.ts';
import type { AdmissionRequest } from './admission.ts';

const type = 'kubernetes.io/service-account-token';
const accountName = 'kubernetes.io/service-account.name';
const accountUid = 'kubernetes.io/service-account.uid';

/**
 * A Secret made for a service account is filled with a token that does not expire. Elsewhere a control
 * loop does it a moment later; here nobody ever sees it empty.
 */
export function accountSecret(request: AdmissionRequest): Promise<void> | undefined {
  const { call, operation, object, namespace = '' } = request;
  if (operation !== 'create' || !object || call.resource.plural !== 'secrets') return undefined;
  if (object['type'] !== type) return undefined;
  const name = object.metadata.annotations?.[accountName] ?? '';
  const account = call.state.store.get(`/core/serviceaccounts/${namespace}/${name}`)?.parse();
  return account && fill(request, object, account);
}

async function fill(
  { call, namespace = '' }: AdmissionRequest,
  object: KubeObject,
  account: KubeObject,
): Promise<void> {
  const { store, tokens } = call.state;
  const { token } = await tokens.issue({
    account,
    audiences: [],
    expirationSeconds: 0,
    legacySecret: object.metadata.name,
  });
  const authority = dataOf(store.get(`/core/configmaps/${namespace}/kube-root-ca.crt`)?.parse());
  const facts = { token, namespace, ...authority };
  const data = isRecord(object['data']) ? object['data'] : {};
  for (const [key, text] of Object.entries(facts)) data[key] = Buffer.from(text).toString('base64');
  object['data'] = data;
  object.metadata.annotations = {
    ...object.metadata.annotations,
    [accountUid]: account.metadata.uid!,
  };
}

function dataOf(map: KubeObject | undefined): { readonly 'ca.crt'?: string } {
  const data = isRecord(map?.['data']) ? map['data'] : {};
  const pem = data['ca.crt'];
  return typeof pem === 'string' ? { 'ca.crt': pem } : {};
}
