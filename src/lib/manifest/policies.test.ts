import { describe, expect, it } from 'vitest';
import { hasPolicy, ignoreOf, policiesOf, policyAnnotation } from './policies.ts';

const object = (annotations: Record<string, string>) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a', annotations },
});

describe('policies', () => {
  it('reads all prefixes, the newest first', () => {
    expect(
      policiesOf(
        object({
          'filter.fluxcd.io/app': 'semver:~1',
          'fluxcd.io/tag.app': 'glob:a',
          'flux.weave.works/tag.app': 'glob:b',
          'flux.weave.works/automated': 'true',
          'fluxcd.io/locked': 'true',
          'example.com/automated': 'true',
        }),
      ),
    ).toEqual({ 'tag.app': 'semver:~1', automated: 'true', locked: 'true' });
  });

  it('counts only the text true as on', () => {
    expect(hasPolicy(object({ 'fluxcd.io/automated': 'yes' }), 'automated')).toBe(false);
    expect(hasPolicy(object({ 'fluxcd.io/automated': 'true' }), 'automated')).toBe(true);
    expect(ignoreOf(object({ 'fluxcd.io/ignore': 'false' }))).toBeUndefined();
    expect(ignoreOf(object({ 'fluxcd.io/ignore': 'sync_only' }))).toBe('sync_only');
  });

  it.each([
    [{}, 'automated', 'fluxcd.io/automated'],
    [{ 'flux.weave.works/automated': 'true' }, 'automated', 'flux.weave.works/automated'],
    [{ 'filter.fluxcd.io/app': 'glob:*' }, 'tag.app', 'filter.fluxcd.io/app'],
    [{ 'filter.fluxcd.io/app': 'glob:*' }, 'tag.other', 'fluxcd.io/tag.other'],
  ])('writes under the key that is there: %j %s', (annotations, policy, key) => {
    expect(policyAnnotation(object(annotations as Record<string, string>), policy)).toBe(key);
  });
});
