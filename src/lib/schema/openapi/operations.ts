import type { JsonRecord } from '../../../base/index.ts';
import { refTo } from './definitions.ts';
import type { GroupVersionKind, OpenApiVersion } from './definitions.ts';

/** A served resource, as its paths must be written. */
export interface PathResource extends GroupVersionKind {
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources?: readonly string[];
  /** Name of the kind's definition. */
  readonly definition: string;
  /** Strategic merge is for built-in kinds only. */
  readonly custom: boolean;
}

const bodies = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const watchable = [...bodies, 'application/json;stream=watch'];
const patches = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

const texts = ['dryRun', 'fieldManager', 'fieldValidation', 'pretty'] as const;
const deleteTexts = ['dryRun', 'propagationPolicy', 'pretty'] as const;
const listTexts = [
  'continue',
  'fieldSelector',
  'labelSelector',
  'resourceVersion',
  'resourceVersionMatch',
  'pretty',
] as const;

/** One operation before it is written in either version. */
interface Operation {
  readonly method: string;
  readonly action: string;
  readonly parameters: readonly (readonly [name: string, type: string])[];
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
  readonly body: string | undefined;
  readonly answer: string;
}

const asText = (names: readonly string[]): [string, string][] =>
  names.map((name) => [name, 'string']);

const deleteOptions = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
const patchBody = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch';
const status = 'io.k8s.apimachinery.pkg.apis.meta.v1.Status';

const listParameters: [string, string][] = [
  ...asText(listTexts),
  ['limit', 'integer'],
  ['timeoutSeconds', 'integer'],
  ['watch', 'boolean'],
  ['allowWatchBookmarks', 'boolean'],
];

/** The body a write takes and the answer a kind gives. */
type MakeOperation = (resource: PathResource) => Omit<Operation, 'action'>;

const write = (method: string): MakeOperation => {
  return ({ definition }) => ({
    method,
    parameters: asText(texts),
    consumes: bodies,
    produces: bodies,
    body: definition,
    answer: definition,
  });
};

const remove = (parameters: Operation['parameters']): MakeOperation => {
  return () => ({
    method: 'delete',
    parameters,
    consumes: bodies,
    produces: bodies,
    body: deleteOptions,
    answer: status,
  });
};

const makers: Readonly<Record<string, MakeOperation>> = {
  get: ({ definition }) => ({
    method: 'get',
    parameters: asText(['pretty']),
    consumes: [],
    produces: bodies,
    body: undefined,
    answer: definition,
  }),
  update: write('put'),
  patch: ({ definition, custom }) => ({
    method: 'patch',
    parameters: [...asText(texts), ['force', 'boolean']],
    consumes: custom ? patches.filter((type) => !type.includes('strategic')) : patches,
    produces: bodies,
    body: patchBody,
    answer: definition,
  }),
  delete: remove([...asText(deleteTexts), ['gracePeriodSeconds', 'integer']]),
  list: ({ definition }) => ({
    method: 'get',
    parameters: listParameters,
    consumes: [],
    produces: watchable,
    body: undefined,
    answer: `${definition}List`,
  }),
  create: write('post'),
  deletecollection: remove([...listParameters, ...asText(deleteTexts)]),
};

/** What the document calls a verb, where it differs. */
const actions: Readonly<Record<string, string>> = { update: 'put', create: 'post' };

/** The operations of the verbs a resource has, on the collection or on one object. */
function operationsOf(resource: PathResource, verbs: readonly string[], one: boolean): Operation[] {
  const wanted = one
    ? ['get', 'update', 'patch', 'delete']
    : ['list', 'create', 'deletecollection'];
  return wanted.flatMap((verb) => {
    const make = verbs.includes(verb) ? makers[verb] : undefined;
    return make === undefined ? [] : [{ ...make(resource), action: actions[verb] ?? verb }];
  });
}

/** The paths of a resource and its status, each with the operations it has. */
export function pathsOf(resource: PathResource, version: OpenApiVersion): JsonRecord {
  const { group, plural, namespaced, verbs } = resource;
  const root = group === '' ? `/api/${resource.version}` : `/apis/${group}/${resource.version}`;
  const base = `${root}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}`;
  const inPath = namespaced ? ['namespace'] : [];
  const paths: JsonRecord = {};
  const add = (path: string, operations: readonly Operation[], names: readonly string[]): void => {
    if (operations.length > 0) paths[path] = pathItem(resource, operations, { names, version });
  };
  add(base, operationsOf(resource, verbs, false), inPath);
  add(`${base}/{name}`, operationsOf(resource, verbs, true), [...inPath, 'name']);
  if (namespaced && verbs.includes('list')) {
    add(`${root}/${plural}`, operationsOf(resource, ['list'], false), []);
  }
  if (resource.subresources?.includes('status') === true) {
    const operations = operationsOf(resource, ['get', 'update', 'patch'], true);
    add(`${base}/{name}/status`, operations, [...inPath, 'name']);
  }
  return paths;
}

interface PathHow {
  readonly names: readonly string[];
  readonly version: OpenApiVersion;
}

function pathItem(
  resource: PathResource,
  operations: readonly Operation[],
  how: PathHow,
): JsonRecord {
  const item: JsonRecord = {};
  for (const operation of operations) {
    item[operation.method] = how.version === 2 ? v2(resource, operation) : v3(resource, operation);
  }
  item['parameters'] = how.names.map((name) => ({
    name,
    in: 'path',
    required: true,
    ...(how.version === 2 ? { type: 'string' } : { schema: { type: 'string' } }),
  }));
  return item;
}

function head(resource: PathResource, { action, method }: Operation): JsonRecord {
  const { group, version, kind } = resource;
  return {
    operationId: `${method}${group.split('.')[0] || 'core'}_${version}_${resource.plural}_${action}`,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, kind, version },
  };
}

function v2(resource: PathResource, operation: Operation): JsonRecord {
  const { parameters, consumes, produces, body, answer } = operation;
  return {
    ...head(resource, operation),
    consumes: consumes.length === 0 ? ['*/*'] : [...consumes],
    produces: [...produces],
    parameters: [
      ...(body === undefined
        ? []
        : [
            {
              name: 'body',
              in: 'body',
              required: operation.method !== 'delete',
              schema: refTo(body, 2),
            },
          ]),
      ...parameters.map(([name, type]) => ({ name, in: 'query', type, uniqueItems: true })),
    ],
    responses: { 200: { description: 'OK', schema: refTo(answer, 2) } },
  };
}

function v3(resource: PathResource, operation: Operation): JsonRecord {
  const { parameters, consumes, produces, body, answer } = operation;
  const content = (types: readonly string[], definition: string): JsonRecord =>
    Object.fromEntries(types.map((type) => [type, { schema: refTo(definition, 3) }]));
  return {
    ...head(resource, operation),
    parameters: parameters.map(([name, type]) => ({
      name,
      in: 'query',
      schema: { type, uniqueItems: true },
    })),
    ...(body === undefined ? {} : { requestBody: { content: content(consumes, body) } }),
    responses: { 200: { description: 'OK', content: content(produces, answer) } },
  };
}
