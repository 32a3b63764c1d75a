import { isRecord, type JsonRecord } from '../../../base/index.ts';
import { forbidden } from '../http/status-error.ts';
import type { AdmissionRequest } from './admission.ts';

const shortAbsence = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/**
 * A pod stays five minutes on a node that went away, and gets the priority of its class. One that is
 * replaced by a manifest without them keeps what it was given.
 */
export function podDefaults(request: AdmissionRequest): void {
  const { call, operation, object, old, subresource } = request;
  if (operation === 'delete' || subresource !== undefined || !object) return;
  if (call.resource.group !== '' || call.resource.plural !== 'pods') return;
  if (!isRecord(object['spec'])) return;
  tolerate(object['spec']);
  if (isRecord(old?.['spec'])) keepPriority(object['spec'], old['spec']);
  else prioritize(request, object['spec']);
}

function keepPriority(spec: JsonRecord, before: JsonRecord): void {
  for (const field of ['priority', 'preemptionPolicy']) {
    if (before[field] !== undefined) spec[field] ??= before[field];
  }
}

function tolerate(spec: JsonRecord): void {
  const given = Array.isArray(spec['tolerations']) ? spec['tolerations'].filter(isRecord) : [];
  const missing = shortAbsence.filter(
    (taint) =>
      !given.some(
        ({ key, effect }) => (!key || key === taint) && (!effect || effect === 'NoExecute'),
      ),
  );
  const added = missing.map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  }));
  if (added.length > 0) spec['tolerations'] = [...given, ...added];
}

function prioritize({ call, name }: AdmissionRequest, spec: JsonRecord): void {
  const { store } = call.state;
  const prefix = '/scheduling.k8s.io/priorityclasses/';
  const className = spec['priorityClassName'];
  if (typeof className === 'string' && className !== '') {
    const chosen = store.get(`${prefix}${className}`)?.parse();
    if (!chosen)
      throw forbidden(call.resource, name, `no PriorityClass with name ${className} was found`);
    spec['priority'] = chosen['value'] ?? 0;
    spec['preemptionPolicy'] = chosen['preemptionPolicy'] ?? 'PreemptLowerPriority';
    return;
  }
  const standard = store
    .list(prefix)
    .items.map((stored) => stored.parse())
    .find((each) => each['globalDefault'] === true);
  spec['priority'] = standard?.['value'] ?? 0;
  if (standard) spec['priorityClassName'] = standard.metadata.name;
  spec['preemptionPolicy'] = standard?.['preemptionPolicy'] ?? 'PreemptLowerPriority';
}
