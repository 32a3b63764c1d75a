import { describe, expect, it } from 'vitest';
import { containersOf } from '../workload/containers.ts';
import { parseManifestFile } from '../parse.ts';
import { editFile, imageEdits, policyEdits } from './edits.ts';

const image = { domain: 'ghcr.io', path: 'me/app', tag: '1.10' };

const release = (values: string, annotations = ''): string => `# keep this
apiVersion: helm.fluxcd.io/v1
kind: HelmRelease
metadata:
  name: r
  namespace: n${annotations}
spec:
  values:
${values}`;

/** The values of a release, the container found there, and the values after the new image. */
const forms: ReadonlyArray<readonly [string, string, string, string, string]> = [
  [
    'whole reference',
    '    app:\n      image: ghcr.io/me/app:1.0 # old\n',
    'app',
    'ghcr.io/me/app:1.0',
    '    app:\n      image: ghcr.io/me/app:1.10 # old\n',
  ],
  [
    'values themselves',
    '    image: ghcr.io/me/app:1.0\n    x: 1\n',
    'chart-image',
    'ghcr.io/me/app:1.0',
    '    image: ghcr.io/me/app:1.10\n    x: 1\n',
  ],
  [
    'image and tag',
    '    app:\n      image: ghcr.io/me/app\n      tag: "1.0"\n',
    'app',
    'ghcr.io/me/app:1.0',
    '    app:\n      image: ghcr.io/me/app\n      tag: "1.10"\n',
  ],
  [
    'registry beside image',
    '    app:\n      registry: quay.io\n      image: me/app:1.0\n',
    'app',
    'quay.io/me/app:1.0',
    '    app:\n      registry: ghcr.io\n      image: me/app:1.10\n',
  ],
  [
    'repository alone',
    '    app:\n      image:\n        repository: ghcr.io/me/app:1.0\n',
    'app',
    'ghcr.io/me/app:1.0',
    '    app:\n      image:\n        repository: ghcr.io/me/app:1.10\n',
  ],
  [
    'repository and tag',
    '    image:\n      repository: ghcr.io/me/app\n      tag: v1\n',
    'chart-image',
    'ghcr.io/me/app:v1',
    '    image:\n      repository: ghcr.io/me/app\n      tag: "1.10"\n',
  ],
  [
    'registry, repository and tag',
    '    image:\n      registry: ghcr.io\n      repository: me/app\n      tag: v1\n',
    'chart-image',
    'ghcr.io/me/app:v1',
    '    image:\n      registry: ghcr.io\n      repository: me/app\n      tag: "1.10"\n',
  ],
];

describe('images of a HelmRelease', () => {
  it.each(forms)('%s', (...row) => {
    const [, before, container, found, after] = row;
    const text = release(before);
    const [manifest] = parseManifestFile({ path: 'r.yaml', text });
    expect(containersOf(manifest!.object)).toMatchObject([{ name: container, image: found }]);
    const edited = editFile(text, imageEdits(manifest!, container, image));
    expect(edited.replaceAll("'1.10'", '"1.10"')).toBe(release(after));
  });

  it('finds the top level only, chart-image first, and what annotations map', () => {
    const text = release(
      `    zeta: {image: a/z:1}
    image: a/c:1
    deep: {er: {image: a/no:1}}
    alpha: {image: {repository: a/a, tag: "2"}}
    numeric: {image: a/n, tag: 1.0}
    my: {odd: {place: a/odd, version: "3"}}
`,
      `
  annotations:
    repository.fluxcd.io/odd: my.odd.place
    tag.fluxcd.io/odd: my.odd.version`,
    );
    const [manifest] = parseManifestFile({ path: 'r.yaml', text });
    expect(containersOf(manifest!.object).map(({ name, image: found }) => [name, found])).toEqual([
      ['chart-image', 'a/c:1'],
      ['alpha', 'a/a:2'],
      ['numeric', 'a/n'],
      ['odd', 'a/odd:3'],
      ['zeta', 'a/z:1'],
    ]);
  });
});

const deployment = `apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: d
    annotations:
      fluxcd.io/automated: 'true'
  spec:
    template:
      spec:
        initContainers:
        - {name: init, image: "busybox:1"}
        containers:
        - name: app   # the app
          image: ghcr.io/me/app:1.0
`;

describe('edits of other workloads', () => {
  it('finds containers inside Lists and changes nothing else', () => {
    const [manifest] = parseManifestFile({ path: 'd.yaml', text: deployment });
    expect(containersOf(manifest!.object).map(({ name }) => name)).toEqual(['app', 'init']);
    expect(editFile(deployment, imageEdits(manifest!, 'app', image))).toBe(
      deployment.replace('app:1.0', 'app:1.10'),
    );
    expect(() => imageEdits(manifest!, 'nobody', image)).toThrow(/no container "nobody"/);
  });

  it('sets and removes policies; the map goes with its last key', () => {
    const [manifest] = parseManifestFile({ path: 'd.yaml', text: deployment });
    const locked = editFile(deployment, policyEdits(manifest!, { locked: 'true' }));
    const [again] = parseManifestFile({ path: 'd.yaml', text: locked });
    expect(again!.object.metadata.annotations).toEqual({
      'fluxcd.io/automated': 'true',
      'fluxcd.io/locked': 'true',
    });
    const bare = editFile(deployment, policyEdits(manifest!, { automated: undefined }));
    expect(bare).toBe(
      deployment.replace("    annotations:\n      fluxcd.io/automated: 'true'\n", ''),
    );
    expect(policyEdits(manifest!, { automated: 'true' })).toEqual([]);
  });
});
