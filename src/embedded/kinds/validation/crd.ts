import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { structuralErrors } from '../../../lib/schema/index.ts';
import type { FieldError } from '../../../lib/schema/index.ts';
import { isRecord } from '../../../base/index.ts';
import { recordAt, recordsAt, textAt } from '../records.ts';
import { invalidValue, oneOf, required } from './errors.ts';
import { checkDns1035, checkSubdomain } from './names.ts';

/** CustomResourceDefinition, in its v1 form. */
export function crdErrors(crd: KubeObject): FieldError[] {
  const spec = recordAt(crd, 'spec');
  const names = recordAt(spec, 'names');
  const group = textAt(spec, 'group');
  const versions = recordsAt(spec, 'versions');
  const wanted = `${textAt(names, 'plural')}.${group}`;
  return [
    ...(crd.metadata.name === wanted
      ? []
      : [
          invalidValue(
            'metadata.name',
            crd.metadata.name,
            'must be spec.names.plural+"."+spec.group',
          ),
        ]),
    ...groupErrors(group),
    ...scopeErrors(spec),
    ...nameErrors(names),
    ...versionErrors(versions),
    ...schemaErrors(spec, versions),
  ];
}

function groupErrors(group: string): FieldError[] {
  if (group === '') return [required('spec.group')];
  const errors = checkSubdomain(group).map((each) => invalidValue('spec.group', group, each));
  if (!group.includes('.')) {
    errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'));
  }
  return errors;
}

function scopeErrors(spec: JsonRecord): FieldError[] {
  if (textAt(spec, 'scope') === '') return [required('spec.scope')];
  return oneOf('spec.scope', spec['scope'], ['Cluster', 'Namespaced']);
}

function nameErrors(names: JsonRecord): FieldError[] {
  return ['plural', 'singular', 'kind', 'listKind'].flatMap((field) => {
    const value = textAt(names, field);
    if (value === '') return [required(`spec.names.${field}`)];
    return checkDns1035(value.toLowerCase()).map((each) =>
      invalidValue(`spec.names.${field}`, value, each),
    );
  });
}

function versionErrors(versions: readonly JsonRecord[]): FieldError[] {
  const stored = versions.filter((version) => version['storage'] === true);
  if (stored.length !== 1) {
    return [
      invalidValue(
        'spec.versions',
        versions,
        'must have exactly one version marked as storage version',
      ),
    ];
  }
  return versions.flatMap((version, at) => {
    const name = textAt(version, 'name');
    return checkDns1035(name).map((each) => invalidValue(`spec.versions[${at}].name`, name, each));
  });
}

/** A CRD that keeps unknown fields (v1beta1) needs no schema. */
function schemaErrors(spec: JsonRecord, versions: readonly JsonRecord[]): FieldError[] {
  if (spec['preserveUnknownFields'] === true) return [];
  return versions.flatMap((version, at) => {
    const field = `spec.versions[${at}].schema.openAPIV3Schema`;
    const schema = recordAt(version, 'schema')['openAPIV3Schema'];
    if (!isRecord(schema)) return [required(field, 'schemas are required')];
    return structuralErrors(schema, field);
  });
}
