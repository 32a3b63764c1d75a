import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../../base/index.ts';
import { builtInTypes, createOpenApi } from '../index.ts';
import type { CustomType, OpenApiResource } from '../index.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

const resources: OpenApiResource[] = builtInTypes().map(({ apiVersion, kind, clusterScoped }) => {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return {
    group: group ?? '',
    version: version ?? '',
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced: !clusterScoped,
    verbs,
    subresources: ['status'],
  };
});

const cronTab: CustomType = {
  group: 'stable.example.com',
  version: 'v1',
  kind: 'CronTab',
  plural: 'crontabs',
  namespaced: true,
  verbs,
  openAPIV3Schema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }] },
          maybe: { type: 'string', nullable: true },
          list: { type: 'array', items: { type: 'object', not: { required: ['x'] } } },
        },
      },
    },
  },
};

const free: CustomType = { ...cronTab, kind: 'Free', plural: 'frees', openAPIV3Schema: undefined };

const api = createOpenApi({ version: 'v1.33.0', resources, custom: [cronTab, free] });

const definition = (name: string): { properties: Record<string, JsonRecord> } & JsonRecord =>
  (api.v2()['definitions'] as Record<string, never>)[name]!;

/** Every `$ref` of a document, and the names it defines. */
function dangling(document: JsonRecord): string[] {
  const known = (document['definitions'] ??
    (document['components'] as JsonRecord)['schemas']) as JsonRecord;
  const refs = JSON.stringify(document).matchAll(
    /"\$ref":"#\/(?:definitions|components\/schemas)\/([^"]+)"/g,
  );
  return [...refs].map(([, name]) => name!).filter((name) => known[name] === undefined);
}

describe('definitions', () => {
  it('carry what strategic merge and server-side apply need', () => {
    expect(definition('io.k8s.api.core.v1.PodSpec').properties['volumes']).toEqual({
      type: 'array',
      items: { $ref: '#/definitions/io.k8s.api.core.v1.Volume' },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge,retainKeys',
    });
    expect(definition('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector')).toMatchObject({
      'x-kubernetes-map-type': 'atomic',
    });
    expect(definition('io.k8s.api.core.v1.ContainerPort').properties['protocol']).toMatchObject({
      default: 'TCP',
    });
  });

  it('take any value where any may stand: old clients check the schemas of definitions with them', () => {
    const props = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';
    expect(definition(props).properties['default']).not.toHaveProperty('type');
  });

  it('are found by kind, lists too', () => {
    expect(definition('io.k8s.api.apps.v1.Deployment')['x-kubernetes-group-version-kind']).toEqual([
      { group: 'apps', kind: 'Deployment', version: 'v1' },
    ]);
    expect(
      definition('io.k8s.api.apps.v1.DeploymentList')['x-kubernetes-group-version-kind'],
    ).toEqual([{ group: 'apps', kind: 'DeploymentList', version: 'v1' }]);
  });

  it('say of a custom kind only what readers of v2 understand', () => {
    const { properties } = definition('com.example.stable.v1.CronTab');
    expect(properties['spec']).toEqual({
      type: 'object',
      properties: {
        port: { 'x-kubernetes-int-or-string': true },
        maybe: {},
        list: { type: 'array', items: { type: 'object' } },
      },
    });
    expect(Object.keys(properties)).toEqual(['spec', 'apiVersion', 'kind', 'metadata']);
    expect(definition('com.example.stable.v1.Free')['properties']).toBeUndefined();
  });

  it('refer to nothing that is not there', () => {
    expect(dangling(api.v2())).toEqual([]);
    const paths = Object.keys(api.v3Index()['paths'] as JsonRecord);
    expect(paths).toContain('apis/stable.example.com/v1');
    for (const path of paths) expect(dangling(api.v3(path)!)).toEqual([]);
    expect(api.v3('apis/nothing/v1')).toBeUndefined();
  });
});

describe('operations', () => {
  const deployments = '/apis/apps/v1/namespaces/{namespace}/deployments/{name}';

  it('say the kind, the parameters and the patch types', () => {
    const patch = (api.v2()['paths'] as Record<string, never>)[deployments]!['patch'] as JsonRecord;
    expect(patch['x-kubernetes-group-version-kind']).toEqual({
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
    });
    expect((patch['parameters'] as JsonRecord[]).map((each) => each['name'])).toEqual(
      expect.arrayContaining(['dryRun', 'fieldManager', 'fieldValidation', 'force']),
    );
    expect(patch['consumes']).toContain('application/strategic-merge-patch+json');
    const document = api.v3('apis/apps/v1') as { paths: Record<string, { patch: JsonRecord }> };
    const inV3 = document.paths[deployments]!.patch;
    expect(Object.keys((inV3['requestBody'] as { content: object }).content)).toContain(
      'application/strategic-merge-patch+json',
    );
    expect(inV3['parameters']).toContainEqual({
      name: 'fieldValidation',
      in: 'query',
      schema: { type: 'string', uniqueItems: true },
    });
  });

  it('a custom kind takes no strategic merge', () => {
    expect(JSON.stringify(api.v3('apis/stable.example.com/v1'))).not.toContain('strategic');
  });

  it('a hash changes with what is served', () => {
    const other = createOpenApi({ version: 'v1.33.0', resources, custom: [cronTab] });
    expect(other.v2Hash()).not.toBe(api.v2Hash());
    const url = (of: typeof api, path: string): unknown =>
      (of.v3Index()['paths'] as Record<string, JsonRecord>)[path]!['serverRelativeURL'];
    expect(url(other, 'apis/apps/v1')).toBe(url(api, 'apis/apps/v1'));
    expect(url(other, 'apis/stable.example.com/v1')).not.toBe(
      url(api, 'apis/stable.example.com/v1'),
    );
  });
});

/** As far as the test looks: gnostic's messages with their published numbers. */
const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message Any { string yaml = 2; }
  message NamedAny { string name = 1; Any value = 2; }
  message TypeItem { repeated string value = 1; }
  message ItemsItem { repeated Schema schema = 1; }
  message Properties { repeated NamedSchema additional_properties = 1; }
  message Schema {
    string _ref = 1; string format = 2; repeated string required = 19;
    TypeItem type = 22; ItemsItem items = 23; Properties properties = 25;
    repeated NamedAny vendor_extension = 31;
  }
  message NamedSchema { string name = 1; Schema value = 2; }
  message Definitions { repeated NamedSchema additional_properties = 1; }
  message Query { string in = 2; string name = 4; string type = 6; bool unique_items = 20; }
  message PathParameter { bool required = 1; string in = 2; string name = 4; string type = 5; }
  message NonBody { Query query = 3; PathParameter path = 4; }
  message Body { string name = 2; string in = 3; bool required = 4; Schema schema = 5; }
  message Parameter { Body body = 1; NonBody non_body = 2; }
  message ParametersItem { Parameter parameter = 1; }
  message Operation {
    string operation_id = 5; repeated string produces = 6; repeated string consumes = 7;
    repeated ParametersItem parameters = 8; repeated NamedAny vendor_extension = 13;
  }
  message PathItem { Operation get = 2; Operation patch = 8; repeated ParametersItem parameters = 9; }
  message NamedPathItem { string name = 1; PathItem value = 2; }
  message Paths { repeated NamedPathItem path = 2; }
  message Info { string title = 1; string version = 2; }
  message Document { string swagger = 1; Info info = 2; Paths paths = 8; Definitions definitions = 9; }
`,
  { keepCase: true },
);

interface Named {
  name: string;
  value: JsonRecord;
}

describe('protobuf', () => {
  const type = root.lookupType('Document');
  const document = type.toObject(type.decode(api.v2Protobuf())) as {
    swagger: string;
    info: JsonRecord;
    paths: { path: Named[] };
    definitions: { additional_properties: Named[] };
  };
  const named = (list: Named[], name: string): JsonRecord =>
    list.find((each) => each.name === name)!.value;

  it('is one document with the same definitions and paths', () => {
    expect(document.swagger).toBe('2.0');
    expect(document.info).toEqual({ title: 'Kubernetes', version: 'v1.33.0' });
    const names = document.definitions.additional_properties.map((each) => each.name);
    expect(names.toSorted()).toEqual(Object.keys(api.v2()['definitions'] as object).toSorted());
    expect(document.paths.path.map((each) => each.name).toSorted()).toEqual(
      Object.keys(api.v2()['paths'] as object).toSorted(),
    );
  });

  it('writes schemas as gnostic does', () => {
    const spec = named(
      document.definitions.additional_properties,
      'io.k8s.api.apps.v1.DeploymentSpec',
    );
    expect(spec['type']).toEqual({ value: ['object'] });
    expect(spec['required']).toEqual(['selector', 'template']);
    const { additional_properties: properties } = spec['properties'] as {
      additional_properties: Named[];
    };
    expect(named(properties, 'strategy')).toEqual({
      _ref: '#/definitions/io.k8s.api.apps.v1.DeploymentStrategy',
      vendor_extension: [{ name: 'x-kubernetes-patch-strategy', value: { yaml: '"retainKeys"' } }],
    });
  });

  it('writes operations as gnostic does', () => {
    const item = named(document.paths.path, '/api/v1/namespaces/{namespace}/pods/{name}');
    const { patch, parameters } = item as { patch: JsonRecord; parameters: JsonRecord[] };
    expect(parameters[0]).toEqual({
      parameter: {
        non_body: { path: { required: true, in: 'path', name: 'namespace', type: 'string' } },
      },
    });
    expect(patch['vendor_extension']).toContainEqual({
      name: 'x-kubernetes-group-version-kind',
      value: { yaml: '{"group":"","kind":"Pod","version":"v1"}' },
    });
    expect(patch['parameters']).toContainEqual({
      parameter: {
        non_body: {
          query: { name: 'fieldValidation', in: 'query', type: 'string', unique_items: true },
        },
      },
    });
  });
});
