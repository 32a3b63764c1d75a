import { describe, expect, it } from 'vitest';
import { parseManifestFile } from '../../lib/manifest/index.ts';
import { decideAutomation } from './decide.ts';
import type { KnownImages } from './image-store.ts';
import { autoReleaseMessage, policyMessage, releaseMessage } from './update/commit-message.ts';

const workload = (annotations: Record<string, string>, image = 'me/app:1.0.0') => {
  const lines = Object.entries(annotations).map(([key, value]) => `    ${key}: ${value}\n`);
  const text = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
  namespace: demo
  annotations:
    a: b
${lines.join('')}spec:
  template:
    spec:
      containers: [{name: app, image: "${image}"}]
`;
  const [manifest] = parseManifestFile({ path: 'app.yaml', text });
  return { id: 'demo:deployment/app', manifest: manifest! };
};

const known = (tags: Record<string, string>): KnownImages => ({
  scannedAt: new Date(0),
  tags: Object.entries(tags).map(([tag, created]) => ({ tag, created, digest: '', labels: {} })),
});

const on = { 'fluxcd.io/automated': '"true"' };
const day = (n: number): string => `2026-01-0${n}T00:00:00Z`;

const cases: ReadonlyArray<
  readonly [
    sentence: string,
    annotations: Record<string, string>,
    image: string,
    tags: Record<string, string>,
    answer: string,
  ]
> = [
  ['takes the newest by time', on, 'me/app:1', { 1: day(1), 2: day(2) }, 'me/app:2'],
  ['leaves the newest alone', on, 'me/app:2', { 1: day(1), 2: day(2) }, 'nothing'],
  ['never takes latest', on, 'me/app:1', { 1: day(1), latest: day(2) }, 'nothing'],
  [
    'keeps to its filter',
    { ...on, 'filter.fluxcd.io/app': 'semver:~1.0' },
    'me/app:1.0.0',
    { '1.0.0': '', '1.0.5': '', '1.1.0': '' },
    'me/app:1.0.5',
  ],
  [
    'goes back when the filter says so',
    { ...on, 'filter.fluxcd.io/app': 'semver:~1.0' },
    'me/app:2.0.0',
    { '1.0.5': '', '2.0.0': '' },
    'me/app:1.0.5',
  ],
  [
    'knows the old annotations',
    { 'flux.weave.works/automated': '"true"', 'flux.weave.works/tag.app': 'glob:dev-*' },
    'me/app:dev-a',
    { 'dev-a': day(1), 'dev-b': day(2), 'stg-c': day(3) },
    'me/app:dev-b',
  ],
  ['is switched off by default', {}, 'me/app:1', { 1: day(1), 2: day(2) }, 'nothing'],
  [
    'respects a lock',
    { ...on, 'fluxcd.io/locked': '"true"' },
    'me/app:1',
    { 1: day(1), 2: day(2) },
    'nothing',
  ],
  [
    'respects ignore',
    { ...on, 'fluxcd.io/ignore': '"true"' },
    'me/app:1',
    { 1: day(1), 2: day(2) },
    'nothing',
  ],
  ['needs dates to order by them', on, 'me/app:1', { 1: day(1), 2: '' }, 'nothing'],
  [
    'does not guess when an image has no date',
    on,
    'me/app:gone',
    { 2: day(2) },
    'image with zero created timestamp',
  ],
  [
    'leaves a pinned image alone',
    on,
    `me/app@sha256:${'a'.repeat(64)}`,
    { 2: day(2) },
    'the image is pinned by its digest; automation leaves it alone',
  ],
  ['waits for a scan', on, 'me/app:1', {}, 'nothing'],
];

describe('decideAutomation', () => {
  it.each(cases)('%s', (...row) => {
    const [, annotations, image, tags, answer] = row;
    const decided = decideAutomation([workload(annotations, image)], (name) =>
      name === 'index.docker.io/me/app' ? known(tags) : undefined,
    );
    const said = [
      ...decided.changes.map(({ target }) => target),
      ...decided.warnings.map(({ warning }) => warning),
    ];
    expect(said).toEqual(answer === 'nothing' ? [] : [answer]);
  });
});

describe('commit messages', () => {
  it('are those of fluxd', () => {
    expect(autoReleaseMessage(['a/b:2'])).toBe('Auto-release a/b:2');
    expect(autoReleaseMessage(['c/d:1', 'a/b:2', 'a/b:2'])).toBe(
      'Auto-release multiple (2) images\n\n - a/b:2\n - c/d:1',
    );
    expect(autoReleaseMessage([])).toBe('Auto-release (no images)');
    expect(releaseMessage('<all latest>', 'all')).toBe('Release all latest to all');
    expect(releaseMessage('a/b:2', ['x:deployment/y'])).toBe('Release a/b:2 to x:deployment/y');
    expect(policyMessage(new Map([['automate', ['b', 'a']]]), '')).toBe('Automated: a, b\n');
    expect(
      policyMessage(
        new Map([
          ['update_policy', ['a']],
          ['lock', ['a']],
        ]),
        '',
      ),
    ).toBe('Updated workload policies\n\n- Locked: a\n- Updated policies: a\n');
    expect(policyMessage(new Map([['lock', ['a']]]), 'because')).toBe('because\n\n- Locked: a\n');
  });
});
