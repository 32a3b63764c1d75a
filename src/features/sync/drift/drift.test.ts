import { expect, it } from 'vitest';
import { driftOf, driftText } from './drift-of.ts';

const live = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'app',
    managedFields: [
      {
        manager: 'trice-sync',
        time: '2026-01-01T00:00:00Z',
        fieldsV1: { 'f:spec': { 'f:replicas': {}, 'f:template': { 'f:spec': {} } } },
      },
      {
        manager: 'kubectl-edit',
        time: '2026-01-02T00:00:00Z',
        fieldsV1: {
          'f:spec': {
            'f:replicas': {},
            'f:template': {
              'f:spec': {
                'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {} } },
              },
            },
          },
          'f:metadata': { 'f:labels': { 'f:team': {} } },
        },
      },
    ],
  },
};

it('names each field with who changed it last, and when', () => {
  const patch = {
    metadata: {
      labels: { team: null },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'x' },
    },
    spec: {
      replicas: 2,
      paused: null,
      template: {
        spec: {
          '$setElementOrder/containers': [{ name: 'web' }],
          containers: [{ name: 'web', image: 'nginx:1' }],
        },
      },
    },
  };
  const drifts = driftOf(live, patch, 'trice-sync');
  expect(drifts.map(({ field, manager }) => [field, manager])).toEqual([
    ['metadata.labels.team', 'kubectl-edit'],
    ['spec.replicas', 'kubectl-edit'],
    ['spec.paused', undefined],
    ['spec.template.spec.containers[web].image', 'kubectl-edit'],
  ]);
  expect(driftText(drifts.slice(1, 3))).toBe(
    'spec.replicas was changed by kubectl-edit at 2026-01-02T00:00:00Z, spec.paused was changed',
  );
});

it('tells at most five fields by name, and no value', () => {
  const data = Object.fromEntries('abcdefg'.split('').map((key) => [key, 's3cret']));
  const text = driftText(driftOf({ ...live, metadata: { name: 'x' } }, { data }, 'trice-sync'));
  expect(text).toContain('data.e was changed, and 2 more fields');
  expect(text).not.toContain('s3cret');
});

it('tells nothing where only the bookkeeping differs', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': 'x' };
  expect(driftOf(live, { metadata: { annotations } }, 'trice-sync')).toEqual([]);
});
