import { isRecord, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import { objectBody, readBody } from '../http/body.ts';
import { conflict, invalidObject, objectNotFound } from '../http/status-error.ts';
import { tokenIssuerUrl, type TokenClaims } from '../auth/service-account-token.ts';
import { respondData } from '../present/respond.ts';
import { nowText, type Call } from '../server-state.ts';
import { storedOfCall } from '../verbs/get.ts';

const shortestSeconds = 600;

/** POST of a TokenRequest: a signed token for a service account. */
export async function issueToken(call: Call): Promise<Response> {
  const body = objectBody(await readBody(call.request), 'TokenRequest');
  const spec = isRecord(body['spec']) ? body['spec'] : {};
  const account = storedOfCall(call).parse();
  const seconds = Number(spec['expirationSeconds'] ?? 3600);
  if (seconds < shortestSeconds)
    throw invalidObject({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [
      {
        type: 'invalid',
        field: 'spec.expirationSeconds',
        value: seconds,
        detail: 'may not specify a duration less than 10 minutes',
      },
    ]);
  const audiences = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : [];
  const wanted = audiences.length > 0 ? audiences : [tokenIssuerUrl];
  const boundTo = boundObject(call, account, spec['boundObjectRef']);
  const { token, expires } = await call.state.tokens.issue({
    account,
    audiences: wanted,
    expirationSeconds: seconds,
    ...(boundTo ? { boundTo } : {}),
  });
  const { name, namespace } = account.metadata;
  return respondData(
    call,
    {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, creationTimestamp: nowText(call.state.clock) },
      spec: { ...spec, audiences: wanted, expirationSeconds: seconds },
      status: { token, expirationTimestamp: expires },
    },
    201,
  );
}

function boundObject(call: Call, account: KubeObject, reference: unknown): TokenClaims['boundTo'] {
  if (!isRecord(reference)) return undefined;
  const { kind, name } = reference as JsonRecord & { kind?: string; name?: string };
  if (kind !== 'Pod' && kind !== 'Secret') return undefined;
  const plural = kind === 'Pod' ? 'pods' : 'secrets';
  const stored = call.state.store.get(`/core/${plural}/${account.metadata.namespace}/${name}`);
  const uid = stored?.parse().metadata.uid;
  if (uid === undefined) throw objectNotFound({ group: '', plural }, String(name));
  if (reference['uid'] && reference['uid'] !== uid)
    throw conflict(
      { group: '', plural },
      String(name),
      `the UID in the bound object reference (${reference['uid']}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  return { kind, name: String(name), uid };
}
