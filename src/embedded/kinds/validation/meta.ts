import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import type { FieldError } from '../../../lib/schema/index.ts';
import { listAt, recordAt, recordsAt, textAt } from '../records.ts';
import type { BuiltinResource } from '../resource.ts';
import { forbidden, immutable, invalidValue, required } from './errors.ts';
import {
  checkDns1035,
  checkLabel,
  checkLabelValue,
  checkPathSegment,
  checkQualifiedName,
  checkSubdomain,
} from './names.ts';

/** What must be known of a kind to check its metadata. */
export interface MetaRule {
  readonly namespaced: boolean;
  readonly nameRule: BuiltinResource['nameRule'];
}

const nameChecks: Readonly<Record<MetaRule['nameRule'], (name: string) => string[]>> = {
  subdomain: checkSubdomain,
  label: checkLabel,
  dns1035: checkDns1035,
  pathSegment: checkPathSegment,
};

const annotationLimit = 262_144;

/** Complaints about metadata of any object, custom ones too. */
export function validateMeta(object: KubeObject, rule: MetaRule): FieldError[] {
  const metadata = recordAt(object, 'metadata');
  return [
    ...nameErrors(metadata, rule),
    ...namespaceErrors(metadata, rule),
    ...labelErrors(recordAt(metadata, 'labels'), 'metadata.labels'),
    ...annotationErrors(recordAt(metadata, 'annotations'), 'metadata.annotations'),
    ...ownerErrors(metadata),
    ...finalizerErrors(object.apiVersion, metadata),
  ];
}

function nameErrors(metadata: JsonRecord, rule: MetaRule): FieldError[] {
  const name = textAt(metadata, 'name');
  const check = nameChecks[rule.nameRule];
  const prefix = textAt(metadata, 'generateName');
  const errors: FieldError[] = [];
  if (prefix !== '') {
    const problems = check(prefix.replace(/[-.]+$/, '') || 'a');
    errors.push(...problems.map((each) => invalidValue('metadata.generateName', prefix, each)));
  }
  if (name === '')
    return [...errors, required('metadata.name', 'name or generateName is required')];
  return [...errors, ...check(name).map((each) => invalidValue('metadata.name', name, each))];
}

function namespaceErrors(metadata: JsonRecord, rule: MetaRule): FieldError[] {
  const namespace = textAt(metadata, 'namespace');
  if (!rule.namespaced) {
    return namespace === '' ? [] : [forbidden('metadata.namespace', 'not allowed on this type')];
  }
  if (namespace === '') return [required('metadata.namespace')];
  return checkLabel(namespace).map((each) => invalidValue('metadata.namespace', namespace, each));
}

/** Complaints about labels at a path. */
export function labelErrors(labels: JsonRecord, field: string): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...checkQualifiedName(key).map((each) => invalidValue(field, key, each)),
    ...checkLabelValue(String(value)).map((each) => invalidValue(field, value, each)),
  ]);
}

function annotationErrors(annotations: JsonRecord, field: string): FieldError[] {
  const errors = Object.keys(annotations).flatMap((key) =>
    checkQualifiedName(key.toLowerCase()).map((each) => invalidValue(field, key, each)),
  );
  const sizeBytes = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)),
    0,
  );
  if (sizeBytes > annotationLimit) {
    errors.push({ type: 'tooLong', field, detail: `must have at most ${annotationLimit} bytes` });
  }
  return errors;
}

function ownerErrors(metadata: JsonRecord): FieldError[] {
  const field = 'metadata.ownerReferences';
  const owners = recordsAt(metadata, 'ownerReferences');
  const errors = owners.flatMap((owner, at) =>
    ['apiVersion', 'kind', 'name', 'uid']
      .filter((key) => textAt(owner, key) === '')
      .map((key) =>
        invalidValue(
          `${field}[${at}].${key}`,
          '',
          key === 'apiVersion' ? 'version must not be empty' : `${key} must not be empty`,
        ),
      ),
  );
  const controllers = owners.filter((owner) => owner['controller'] === true);
  if (controllers.length > 1) {
    errors.push(
      invalidValue(
        field,
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers
          .map((owner) => textAt(owner, 'name'))
          .join(' and ')}`,
      ),
    );
  }
  return errors;
}

const standardFinalizers: ReadonlySet<string> = new Set([
  'orphan',
  'foregroundDeletion',
  'kubernetes',
]);

/** Custom resources and their definitions need a qualified name only; built-in kinds also ask for a slash. */
function mayOmitSlash(apiVersion: string, name: string): boolean {
  const group = apiVersion.includes('/') ? apiVersion.split('/', 1)[0]! : '';
  const isBuiltIn = !group.includes('.') || group.endsWith('.k8s.io');
  return !isBuiltIn || group === 'apiextensions.k8s.io' || standardFinalizers.has(name);
}

function finalizerErrors(apiVersion: string, metadata: JsonRecord): FieldError[] {
  return listAt(metadata, 'finalizers').flatMap((each, at) => {
    const name = String(each);
    const field = 'metadata.finalizers';
    const problems = checkQualifiedName(name).map((problem) => invalidValue(field, name, problem));
    if (problems.length > 0 || name.includes('/') || mayOmitSlash(apiVersion, name))
      return problems;
    return [
      invalidValue(
        `${field}[${at}]`,
        name,
        'name is neither a standard finalizer name nor is it fully qualified',
      ),
    ];
  });
}

/** Complaints about a change of metadata: immutable name, namespace, uid; no new finalizers while deleting. */
export function validateMetaUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const [now, before] = [recordAt(object, 'metadata'), recordAt(old, 'metadata')];
  const errors = ['name', 'namespace', 'uid']
    .filter((key) => (now[key] ?? '') !== (before[key] ?? ''))
    .map((key) => immutable(`metadata.${key}`, now[key] ?? ''));
  if (before['deletionTimestamp'] !== undefined) {
    const had = new Set(listAt(before, 'finalizers'));
    const added = listAt(now, 'finalizers').filter((each) => !had.has(each));
    if (added.length > 0) {
      const list = added.map((each) => `"${String(each)}"`).join(', ');
      errors.push(
        forbidden(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
        ),
      );
    }
  }
  return errors;
}
