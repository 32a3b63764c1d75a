import { fieldLabelComplaint } from '../../kinds/index.ts';
import { badRequest } from '../http/status-error.ts';
import { parseFieldSelector } from '../http/field-selector.ts';
import { parseLabelSelector } from '../http/label-selector.ts';
import type { ServedResource } from '../resources/served-resource.ts';
import type { Call } from '../server-state.ts';
import type { Stored } from '../store/store.ts';

/** Which objects a list, watch or deletecollection is about. */
export interface Selection {
  /** Undefined: all of them, without looking inside. */
  readonly matches: ((stored: Stored) => boolean) | undefined;
  /** The one name a field selector (or the path) pins. */
  readonly name: string | undefined;
}

/** Reads labelSelector and fieldSelector; 400 for a field the kind does not select by. */
export function selectionOf(call: Call): Selection {
  const labels = parseLabelSelector(call.query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(call.query.get('fieldSelector') ?? '');
  const { strategy, apiVersion, kind } = call.resource;
  for (const field of fields?.fields ?? [])
    if (!strategy.fieldLabels.includes(field))
      throw badRequest(fieldLabelComplaint(apiVersion, kind, field));
  const pathName = call.target.name;
  if (!labels && !fields && pathName === undefined) return { matches: undefined, name: undefined };
  const name = pathName ?? fields?.name;
  // Most watches want one object: its key tells without a look inside.
  const isOther = (stored: Stored): boolean =>
    name !== undefined && !stored.key.endsWith(`/${name}`);
  return {
    name,
    matches(stored) {
      if (isOther(stored)) return false;
      if (!labels && !fields) return true;
      const object = strategy.toVersion(stored.parse());
      if (labels && !labels(object.metadata.labels ?? {})) return false;
      return !fields || fields.selects(strategy.fieldsOf(object));
    },
  };
}

/** The prefix under which the objects of a call are kept. */
export function prefixOf(resource: ServedResource, namespace: string | undefined): string {
  return resource.namespaced && namespace !== undefined
    ? `${resource.keyPrefix}${namespace}/`
    : resource.keyPrefix;
}
