import { isRecord } from '../../../base/index.ts';
import { customStrategy } from '../resources/custom-strategy.ts';
import type { CustomFacts, ServedResource } from '../resources/served-resource.ts';
import type { BuiltinSubresource } from '../../kinds/index.ts';
import { withDefaults } from './names.ts';
import { crdCondition, type Crd, type CustomVersion } from './crd.ts';

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** The resources an established definition serves, one for each served version. */
export function servedVersions(crd: Crd): ServedResource[] {
  if (!crdCondition(crd, 'Established')) return [];
  return crd.spec.versions.filter(({ served }) => served).map((version) => serve(crd, version));
}

function serve(crd: Crd, version: CustomVersion): ServedResource {
  const { group, scope } = crd.spec;
  const names = withDefaults(crd.status?.acceptedNames ?? crd.spec.names);
  const storage = crd.spec.versions.find((each) => each.storage) ?? version;
  const { shortNames = [], categories = [] } = names;
  return {
    group,
    version: version.name,
    apiVersion: `${group}/${version.name}`,
    plural: names.plural,
    singular: names.singular!,
    kind: names.kind,
    listKind: names.listKind!,
    namespaced: scope === 'Namespaced',
    shortNames,
    categories,
    verbs,
    subresources: subresourcesOf(names.kind, version),
    hasStatus: version.subresources?.status !== undefined,
    listed: true,
    virtual: false,
    keyPrefix: `/${group}/${names.plural}/`,
    storageApiVersion: `${group}/${storage.name}`,
    deleteReply: 'status',
    defaultPropagation: 'Background',
    unconditionalUpdate: false,
    createOnPut: false,
    ...deprecationOf(`${group}/${version.name} ${names.kind}`, version),
    strategy: customStrategy(crd, version),
    custom: factsOf(crd, version),
  };
}

function factsOf(crd: Crd, version: CustomVersion): CustomFacts {
  const schema = version.schema?.openAPIV3Schema;
  const scale = version.subresources?.scale;
  return {
    crdName: crd.metadata.name,
    openAPIV3Schema: schema,
    ...(scale ? { scale } : {}),
    schemaRevision: Number(crd.metadata.resourceVersion ?? 0),
    hasDefaults: hasDefaults(schema),
    terminating: crdCondition(crd, 'Terminating'),
  };
}

function deprecationOf(what: string, version: CustomVersion): { readonly deprecation?: string } {
  if (!version.deprecated) return {};
  return { deprecation: version.deprecationWarning ?? `${what} is deprecated` };
}

function subresourcesOf(kind: string, { subresources }: CustomVersion): BuiltinSubresource[] {
  const some: BuiltinSubresource[] = [];
  const subVerbs = ['get', 'patch', 'update'];
  if (subresources?.status !== undefined) some.push({ name: 'status', kind, verbs: subVerbs });
  if (subresources?.scale !== undefined)
    some.push({
      name: 'scale',
      kind: 'Scale',
      group: 'autoscaling',
      version: 'v1',
      verbs: subVerbs,
    });
  return some;
}

/** Whether a schema fills anything in: only then objects are looked at again when they are read. */
function hasDefaults(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(hasDefaults);
  if (!isRecord(schema)) return false;
  return 'default' in schema || Object.values(schema).some(hasDefaults);
}
