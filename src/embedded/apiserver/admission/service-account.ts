import { isRecord, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import { forbidden } from '../http/status-error.ts';
import { randomSuffix } from '../write/random-name.ts';
import type { AdmissionRequest } from './admission.ts';

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Gives a new pod its account, the account's pull secrets and the volume with the account's token. */
export function serviceAccount(request: AdmissionRequest): void {
  const { call, operation, object, subresource } = request;
  if (operation !== 'create' || subresource !== undefined || !object) return;
  const isPod = call.resource.group === '' && call.resource.plural === 'pods';
  if (isPod && !isMirror(object) && isRecord(object['spec'])) completePod(request, object['spec']);
}

function completePod(request: AdmissionRequest, spec: JsonRecord): void {
  spec['serviceAccountName'] ||= spec['serviceAccount'] || 'default';
  spec['serviceAccount'] = spec['serviceAccountName'];
  const account = accountOf(request, String(spec['serviceAccountName']));
  if (!Array.isArray(spec['imagePullSecrets']) && Array.isArray(account['imagePullSecrets']))
    spec['imagePullSecrets'] = account['imagePullSecrets'];
  const automount =
    spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken'] ?? true;
  if (automount !== false) mountToken(spec);
}

function accountOf({ call, namespace = '', name }: AdmissionRequest, account: string): KubeObject {
  const stored = call.state.store.get(`/core/serviceaccounts/${namespace}/${account}`);
  if (stored) return stored.parse();
  throw forbidden(
    call.resource,
    name,
    `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`,
  );
}

function isMirror({ metadata }: KubeObject): boolean {
  return metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
}

function mountToken(spec: JsonRecord): void {
  const containers = [...listOf(spec, 'initContainers'), ...listOf(spec, 'containers')];
  const without = containers.filter(
    (container) =>
      !listOf(container, 'volumeMounts').some((mount) => mount['mountPath'] === tokenPath),
  );
  if (without.length === 0) return;
  const name = `kube-api-access-${randomSuffix()}`;
  spec['volumes'] = [...listOf(spec, 'volumes'), tokenVolume(name)];
  for (const container of without)
    container['volumeMounts'] = [
      ...listOf(container, 'volumeMounts'),
      { name, readOnly: true, mountPath: tokenPath },
    ];
}

function tokenVolume(name: string): JsonRecord {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [
              {
                path: 'namespace',
                fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
              },
            ],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}

function listOf(of: JsonRecord, field: string): JsonRecord[] {
  const list = of[field];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
