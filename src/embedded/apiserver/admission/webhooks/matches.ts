import type { JsonRecord, KubeObject, ObjectMeta } from '../../../../base/index.ts';
import { matchesSelector } from '../../../kinds/index.ts';
import type { ServedResource } from '../../resources/served-resource.ts';
import type { ResourceRegistry } from '../../resources/resource-registry.ts';
import type { Store } from '../../store/store.ts';
import type { AdmissionRequest } from '../admission.ts';
import type { Webhook } from './configurations.ts';

/**
 * In which version of the resource a webhook wants to see a write; undefined: it does not want to.
 * Webhook configurations themselves are shown to nobody, or a broken webhook could not be removed.
 */
export function wantedAs(webhook: Webhook, request: AdmissionRequest): ServedResource | undefined {
  const { call } = request;
  if (call.resource.group === 'admissionregistration.k8s.io') return undefined;
  if (!isSelected(webhook, request)) return undefined;
  const fits = (resource: ServedResource): boolean =>
    webhook.rules.some((rule) => ruleMatches(rule, request, resource));
  if (fits(call.resource)) return call.resource;
  if (webhook.matchPolicy === 'Exact') return undefined;
  return otherVersions(call.state.resources, call.resource).find(fits);
}

function otherVersions(registry: ResourceRegistry, resource: ServedResource): ServedResource[] {
  return registry
    .groups()
    .flatMap(({ versions }) => versions.flatMap(({ resources }) => resources))
    .filter((each) => each !== resource && each.keyPrefix === resource.keyPrefix);
}

/** Whether a rule speaks of this operation on this resource. */
export function ruleMatches(
  rule: JsonRecord,
  { operation, subresource, namespace }: AdmissionRequest,
  { group, version, plural, namespaced }: ServedResource,
): boolean {
  const { scope = '*' } = rule;
  const isInside = namespaced && namespace !== undefined;
  if (scope !== '*' && (scope === 'Namespaced') !== isInside) return false;
  return (
    names(rule['operations'], operation.toUpperCase()) &&
    names(rule['apiGroups'], group) &&
    names(rule['apiVersions'], version) &&
    namesResource(rule['resources'], plural, subresource)
  );
}

function names(list: unknown, one: string): boolean {
  return Array.isArray(list) && (list.includes('*') || list.includes(one));
}

/** `*` means every resource but no subresource; the two halves of `a/b` may each be `*`. */
function namesResource(list: unknown, plural: string, subresource: string | undefined): boolean {
  if (!Array.isArray(list)) return false;
  return list.some((each) => {
    const [resource, sub] = String(each).split('/');
    if (resource !== '*' && resource !== plural) return false;
    return sub === '*' || sub === subresource;
  });
}

function isSelected(webhook: Webhook, request: AdmissionRequest): boolean {
  const { object, old } = request;
  const labels = namespaceLabels(request);
  if (labels !== undefined && !matchesSelector(webhook.namespaceSelector, labels)) return false;
  if (Object.keys(webhook.objectSelector).length === 0) return true;
  return [object, old].some(
    (each) =>
      each !== undefined && // The options of a connection have no metadata.
      matchesSelector(
        webhook.objectSelector,
        (each.metadata as ObjectMeta | undefined)?.labels ?? {},
      ),
  );
}

/** A namespace is judged by its own labels; what is in no namespace is not judged by any. */
function namespaceLabels({
  call,
  namespace,
  object,
  old,
}: AdmissionRequest): Readonly<Record<string, string>> | undefined {
  const labelsOf = (of: KubeObject | undefined): Readonly<Record<string, string>> =>
    of?.metadata.labels ?? {};
  const { group, plural, namespaced } = call.resource;
  if (group === '' && plural === 'namespaces') return labelsOf(object ?? old);
  if (!namespaced || namespace === undefined) return undefined;
  return labelsOf(storedNamespace(call.state.store, namespace));
}

function storedNamespace(store: Store, name: string): KubeObject | undefined {
  return store.get(`/core/namespaces/${name}`)?.parse();
}
