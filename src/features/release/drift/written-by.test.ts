import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../base/index.ts';
import { isIgnored } from './drift.ts';
import { managerOf } from './written-by.ts';

const live: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    managedFields: [
      {
        manager: 'helm',
        time: '2026-01-01T00:00:00Z',
        fieldsV1: {
          'f:spec': {
            'f:replicas': {},
            'f:template': {
              'f:spec': { 'f:containers': { 'k:{"name":"main"}': { '.': {}, 'f:image': {} } } },
            },
          },
        },
      },
      {
        manager: 'kubectl-edit',
        time: '2026-01-02T00:00:00Z',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:a.b/c': {} } },
          'f:spec': {
            'f:template': {
              'f:spec': { 'f:containers': { 'k:{"name":"main"}': { 'f:image': {} } } },
            },
          },
        },
      },
      {
        manager: 'hpa',
        subresource: 'scale',
        time: '2026-01-03T00:00:00Z',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      },
    ],
  },
  spec: { replicas: 3, template: { spec: { containers: [{ name: 'side' }, { name: 'main' }] } } },
};

describe('the manager of a field', () => {
  it.each([
    ['spec.template.spec.containers[1].image', 'kubectl-edit', ''],
    ['metadata.labels["a.b/c"]', 'kubectl-edit', ''],
    ['spec.replicas', 'hpa', 'scale'],
  ])('%s was written by %s', (path, manager, subresource) => {
    expect(managerOf(live, path)).toMatchObject({ manager, subresource });
  });

  it.each(['spec.template.spec.containers[0].image', 'data.x'])('%s by nobody known', (path) => {
    expect(managerOf(live, path)).toBeUndefined();
  });
});

describe('what is left to others', () => {
  const field = { kind: 'Deployment', name: 'web', path: 'spec.template.spec' };
  it.each([
    ['spec.template', true],
    ['spec.template.spec', true],
    ['spec.temp', false],
    ['Deployment:spec', true],
    ['Service:spec', false],
    ['Deployment/web:spec', true],
    ['Deployment/other:spec', false],
  ])('%s: %s', (entry, isLeft) => {
    expect(isIgnored({ ignore: [entry] }, field)).toBe(isLeft);
  });
});
