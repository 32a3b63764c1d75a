import type { JsonRecord, KubeObject } from '../../base/index.ts';

const text = { type: 'string' };
const texts = { type: 'object', additionalProperties: text };
const list = { type: 'array', items: text };
// faas-cli writes both keys, one perhaps empty; any quantity passes here and is judged on use.
const resources = {
  type: 'object',
  properties: { cpu: text, memory: text },
};
const count = { type: 'integer', format: 'int32' };
const time = { type: 'string', format: 'date-time' };

const condition = {
  type: 'object',
  required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
  properties: {
    type: text,
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    reason: text,
    message: text,
    lastTransitionTime: time,
    observedGeneration: { type: 'integer', format: 'int64' },
  },
};

const spec = {
  type: 'object',
  required: ['image', 'name'],
  properties: {
    name: {
      type: 'string',
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      description: 'Names the Deployment and the Service.',
    },
    image: { type: 'string', minLength: 1 },
    handler: { type: 'string', description: 'Becomes the environment variable fprocess.' },
    environment: texts,
    labels: texts,
    annotations: texts,
    secrets: list,
    constraints: list,
    limits: resources,
    requests: resources,
    readOnlyRootFilesystem: { type: 'boolean' },
  },
};

const status = {
  type: 'object',
  properties: {
    conditions: {
      type: 'array',
      items: condition,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    },
    observedGeneration: { type: 'integer', format: 'int64' },
    replicas: count,
    availableReplicas: count,
    unavailableReplicas: count,
    profiles: {
      type: 'array',
      items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
};

const ofCondition = (type: string): string => `.status.conditions[?(@.type=="${type}")].status`;

const columns = [
  { name: 'Image', type: 'string', jsonPath: '.spec.image' },
  { name: 'Ready', type: 'string', jsonPath: ofCondition('Ready') },
  { name: 'Healthy', type: 'string', jsonPath: ofCondition('Healthy') },
  { name: 'Replicas', type: 'integer', jsonPath: '.status.replicas' },
  { name: 'Available', type: 'integer', jsonPath: '.status.availableReplicas' },
];

const version = (name: string, storage: boolean): JsonRecord => ({
  name,
  served: true,
  storage,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      required: ['spec'],
      properties: { apiVersion: text, kind: text, metadata: { type: 'object' }, spec, status },
    },
  },
  subresources: { status: {} },
  additionalPrinterColumns: columns,
});

/** The CustomResourceDefinition of Function: two versions of one schema, `v1` stored. */
export const functionCrd: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'functions.openfaas.com' },
  spec: {
    group: 'openfaas.com',
    scope: 'Namespaced',
    names: {
      kind: 'Function',
      listKind: 'FunctionList',
      plural: 'functions',
      singular: 'function',
      shortNames: ['fn'],
    },
    conversion: { strategy: 'None' },
    versions: [version('v1', true), version('v1alpha2', false)],
  },
};
