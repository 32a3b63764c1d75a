import type { KubeObject } from '../../base/index.ts';

const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };
const texts = { type: 'object', additionalProperties: text };
const open = { 'x-kubernetes-preserve-unknown-fields': true };

const template = {
  type: 'object',
  description: 'What the Secret will look like besides its values.',
  properties: {
    data: { ...texts, nullable: true, description: 'Go templates over the opened values.' },
    immutable: { type: 'boolean' },
    metadata: {
      type: 'object',
      nullable: true,
      ...open,
      properties: {
        annotations: texts,
        finalizers: { type: 'array', items: text },
        labels: texts,
        name: text,
        namespace: text,
      },
    },
    type: text,
  },
};

const spec = {
  type: 'object',
  required: ['encryptedData'],
  properties: {
    data: { type: 'string', format: 'byte', description: 'Deprecated: use encryptedData.' },
    encryptedData: { ...texts, ...open },
    template,
  },
};

const status = {
  type: 'object',
  properties: {
    conditions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['status', 'type'],
        properties: {
          lastTransitionTime: time,
          lastUpdateTime: time,
          message: text,
          reason: text,
          status: text,
          type: text,
        },
      },
    },
    observedGeneration: { type: 'integer', format: 'int64' },
  },
};

const columns = [
  { name: 'Status', type: 'string', jsonPath: '.status.conditions[0].message' },
  { name: 'Synced', type: 'string', jsonPath: '.status.conditions[0].status' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

/** The CustomResourceDefinition of SealedSecret. */
export const sealedSecretCrd: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'sealedsecrets.bitnami.com' },
  spec: {
    group: 'bitnami.com',
    scope: 'Namespaced',
    names: {
      kind: 'SealedSecret',
      listKind: 'SealedSecretList',
      plural: 'sealedsecrets',
      singular: 'sealedsecret',
    },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        additionalPrinterColumns: columns,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              apiVersion: text,
              kind: text,
              metadata: { type: 'object' },
              spec,
              status,
            },
          },
        },
        subresources: { status: {} },
      },
    ],
  },
};
