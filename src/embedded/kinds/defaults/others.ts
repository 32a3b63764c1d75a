import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { ensureRecord, fill, listAt, recordAt, recordsAt, textAt } from '../records.ts';
import { defaultOldVolume } from './pod-spec.ts';

/** Secret: type Opaque; `stringData` is written into `data` as base64 and dropped. */
export function defaultSecret(object: KubeObject): void {
  fill(object, { type: 'Opaque' });
  const plain = Object.entries(recordAt(object, 'stringData'));
  if (plain.length > 0) {
    const data = ensureRecord(object, 'data');
    for (const [key, value] of plain) data[key] = Buffer.from(String(value)).toString('base64');
  }
  delete object['stringData'];
}

/** Namespace: finalizer, phase, and the label that names it. */
export function defaultNamespace(object: KubeObject): void {
  const { name } = object.metadata;
  if (name !== undefined && name !== '') {
    (object.metadata.labels ??= {})['kubernetes.io/metadata.name'] = name;
  }
  fill(ensureRecord(object, 'status'), { phase: 'Active' });
}

/** Persistent volume. */
export function defaultVolumeObject(object: KubeObject): void {
  const spec = ensureRecord(object, 'spec');
  fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
  if (spec['hostPath'] !== undefined) recordAt(spec, 'hostPath')['type'] ??= '';
  defaultOldVolume(spec);
  fill(ensureRecord(object, 'status'), { phase: 'Pending' });
}

/** Persistent volume claim. */
export function defaultClaim(object: KubeObject): void {
  fill(ensureRecord(object, 'spec'), { volumeMode: 'Filesystem' });
  fill(ensureRecord(object, 'status'), { phase: 'Pending' });
}

export function defaultStorageClass(object: KubeObject): void {
  fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
}

export function defaultNetworkPolicy(object: KubeObject): void {
  const spec = ensureRecord(object, 'spec');
  const hasEgress = listAt(spec, 'egress').length > 0;
  fill(spec, { policyTypes: hasEgress ? ['Ingress', 'Egress'] : ['Ingress'] });
  for (const list of ['ingress', 'egress']) {
    for (const rule of recordsAt(spec, list)) {
      for (const port of recordsAt(rule, 'ports')) fill(port, { protocol: 'TCP' });
    }
  }
}

/** Ingress: only the beta versions have a default path type. */
export function defaultIngress(object: KubeObject): void {
  if (object.apiVersion === 'networking.k8s.io/v1') return;
  for (const rule of recordsAt(object, 'spec', 'rules')) {
    for (const path of recordsAt(rule, 'http', 'paths')) {
      fill(path, { pathType: 'ImplementationSpecific' });
    }
  }
}

const rbacGroup = 'rbac.authorization.k8s.io';

/** RoleBinding and ClusterRoleBinding. */
export function defaultRoleBinding(object: KubeObject): void {
  fill(ensureRecord(object, 'roleRef'), { apiGroup: rbacGroup });
  for (const subject of recordsAt(object, 'subjects')) {
    const person = subject['kind'] === 'User' || subject['kind'] === 'Group';
    if (person) fill(subject, { apiGroup: rbacGroup });
  }
}

const webhookDefaults: Readonly<Record<'v1' | 'v1beta1', JsonRecord>> = {
  v1: { failurePolicy: 'Fail', matchPolicy: 'Equivalent', timeoutSeconds: 10 },
  v1beta1: {
    failurePolicy: 'Ignore',
    matchPolicy: 'Exact',
    timeoutSeconds: 30,
    sideEffects: 'Unknown',
    admissionReviewVersions: ['v1beta1'],
  },
};

/** Both webhook configurations. */
export function defaultWebhooks(object: KubeObject): void {
  const version = object.apiVersion.endsWith('v1beta1') ? 'v1beta1' : 'v1';
  for (const webhook of recordsAt(object, 'webhooks')) {
    fill(webhook, { ...webhookDefaults[version], namespaceSelector: {}, objectSelector: {} });
    if (object.kind === 'MutatingWebhookConfiguration') {
      fill(webhook, { reinvocationPolicy: 'Never' });
    }
    for (const rule of recordsAt(webhook, 'rules')) fill(rule, { scope: '*' });
    const service = recordAt(webhook, 'clientConfig')['service'];
    if (service !== undefined) fill(service as JsonRecord, { port: 443 });
  }
}

export function defaultEndpointSlice(object: KubeObject): void {
  for (const port of recordsAt(object, 'ports')) {
    port['name'] ??= '';
    fill(port, { protocol: 'TCP' });
  }
}

export function defaultEndpoints(object: KubeObject): void {
  for (const subset of recordsAt(object, 'subsets')) {
    for (const port of recordsAt(subset, 'ports')) fill(port, { protocol: 'TCP' });
  }
}

/** Autoscaler: one replica at least, and 80 % of cpu when no metric is named. */
export function defaultAutoscaler(object: KubeObject): void {
  const spec = ensureRecord(object, 'spec');
  fill(spec, { minReplicas: 1 });
  if (object.apiVersion === 'autoscaling/v1') return;
  const target =
    object.apiVersion === 'autoscaling/v2beta1'
      ? { targetAverageUtilization: 80 }
      : { target: { type: 'Utilization', averageUtilization: 80 } };
  if (listAt(spec, 'metrics').length === 0) {
    spec['metrics'] = [{ type: 'Resource', resource: { name: 'cpu', ...target } }];
  }
  if (object.apiVersion === 'autoscaling/v2beta1') return;
  for (const direction of ['scaleUp', 'scaleDown']) {
    const rules = recordAt(spec, 'behavior')[direction];
    if (rules !== undefined) defaultScaling(rules as JsonRecord, direction === 'scaleUp');
  }
}

function defaultScaling(rules: JsonRecord, up: boolean): void {
  fill(rules, { selectPolicy: 'Max' });
  if (up) fill(rules, { stabilizationWindowSeconds: 0 });
  const percent = { type: 'Percent', value: 100, periodSeconds: 15 };
  if (listAt(rules, 'policies').length === 0) {
    rules['policies'] = up ? [{ type: 'Pods', value: 4, periodSeconds: 15 }, percent] : [percent];
  }
}

export function defaultPriorityClass(object: KubeObject): void {
  fill(object, { preemptionPolicy: 'PreemptLowerPriority' });
}

export function defaultSigningRequest(object: KubeObject): void {
  const spec = ensureRecord(object, 'spec');
  if (object.apiVersion.endsWith('v1beta1')) {
    fill(spec, {
      signerName: 'kubernetes.io/legacy-unknown',
      usages: ['digital signature', 'key encipherment'],
    });
  }
}

export function defaultCsiDriver(object: KubeObject): void {
  fill(ensureRecord(object, 'spec'), {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    volumeLifecycleModes: ['Persistent'],
    requiresRepublish: false,
    seLinuxMount: false,
  });
}

/** CRD: names that follow from the kind, no conversion; v1beta1 keeps unknown fields. */
export function defaultCustomResourceDefinition(object: KubeObject): void {
  const spec = ensureRecord(object, 'spec');
  const names = ensureRecord(spec, 'names');
  const kind = textAt(names, 'kind');
  if (kind !== '') fill(names, { singular: kind.toLowerCase(), listKind: `${kind}List` });
  fill(ensureRecord(spec, 'conversion'), { strategy: 'None' });
  const service = recordAt(spec, 'conversion', 'webhook', 'clientConfig')['service'];
  if (service !== undefined) fill(service as JsonRecord, { port: 443 });
  if (!object.apiVersion.endsWith('v1beta1')) return;
  fill(spec, { scope: 'Namespaced', preserveUnknownFields: true });
  const version = textAt(spec, 'version');
  if (listAt(spec, 'versions').length === 0 && version !== '') {
    spec['versions'] = [{ name: version, served: true, storage: true }];
  }
  if (version === '') fill(spec, { version: recordsAt(spec, 'versions')[0]?.['name'] });
}

export function defaultApiService(object: KubeObject): void {
  const service = recordAt(object, 'spec')['service'];
  if (service !== undefined && service !== null) fill(service as JsonRecord, { port: 443 });
}

export function defaultLimitRange(object: KubeObject): void {
  for (const item of recordsAt(object, 'spec', 'limits')) {
    if (item['type'] !== 'Container') continue;
    const defaults = { ...recordAt(item, 'max'), ...recordAt(item, 'default') };
    if (Object.keys(defaults).length > 0) item['default'] = defaults;
    const requests = {
      ...recordAt(item, 'min'),
      ...recordAt(item, 'default'),
      ...recordAt(item, 'defaultRequest'),
    };
    if (Object.keys(requests).length > 0) item['defaultRequest'] = requests;
  }
}
