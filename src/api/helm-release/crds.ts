import type { JsonRecord, KubeObject } from '../../base/index.ts';

// Names, columns and rules are those of the Helm Operator's own definitions, so that tools and
// people that know those find them here.

const text: JsonRecord = { type: 'string' };
const flag: JsonRecord = { type: 'boolean' };
const count: JsonRecord = { type: 'integer', format: 'int64' };
const time: JsonRecord = { type: 'string', format: 'date-time' };

function object(properties: JsonRecord, required: readonly string[] = []): JsonRecord {
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

function list(items: JsonRecord): JsonRecord {
  return { type: 'array', items };
}

const named = object({ name: text }, ['name']);
const namedElsewhere = object({ name: text, namespace: text }, ['name']);
const releaseName: JsonRecord = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' };

function keyRef(withNamespace: boolean): JsonRecord {
  const properties = { name: text, key: text, optional: flag };
  return object(withNamespace ? { ...properties, namespace: text } : properties, ['name']);
}

function valuesFrom(withNamespace: boolean): JsonRecord {
  return list(
    object({
      configMapKeyRef: keyRef(withNamespace),
      secretKeyRef: keyRef(withNamespace),
      externalSourceRef: object({ url: text, optional: flag }, ['url']),
      chartFileRef: object({ path: text, optional: flag }, ['path']),
    }),
  );
}

const phases = [
  'ChartFetched',
  'ChartFetchFailed',
  'Installing',
  'Upgrading',
  'Deployed',
  'DeployFailed',
  'Testing',
  'TestFailed',
  'Tested',
  'Succeeded',
  'Failed',
  'RollingBack',
  'RolledBack',
  'RollbackFailed',
];

function conditions(types: readonly string[]): JsonRecord {
  return list(
    object(
      {
        type: { type: 'string', enum: types },
        status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
        lastUpdateTime: time,
        lastTransitionTime: time,
        reason: text,
        message: text,
      },
      ['status', 'type'],
    ),
  );
}

const v1Spec = object(
  {
    helmVersion: { type: 'string', enum: ['v2', 'v3'] },
    chart: object({
      git: text,
      ref: text,
      path: text,
      secretRef: namedElsewhere,
      skipDepUpdate: flag,
      repository: text,
      name: text,
      version: text,
      chartPullSecret: named,
    }),
    releaseName: text,
    maxHistory: { type: 'integer' },
    valueFileSecrets: list(named),
    valuesFrom: valuesFrom(true),
    values: { 'x-kubernetes-preserve-unknown-fields': true },
    targetNamespace: text,
    timeout: count,
    resetValues: flag,
    skipCRDs: flag,
    wait: flag,
    forceUpgrade: flag,
    disableOpenAPIValidation: flag,
    rollback: object({
      enable: flag,
      retry: flag,
      maxRetries: count,
      force: flag,
      recreate: flag,
      disableHooks: flag,
      wait: flag,
      timeout: count,
    }),
    test: object({ enable: flag, ignoreFailures: flag, timeout: count, cleanup: flag }),
    dependsOn: list(namedElsewhere),
    drift: object({
      policy: { type: 'string', enum: ['report', 'repair', 'ignore'] },
      ignore: list(text),
    }),
  },
  ['chart'],
);

const v1Status = object({
  observedGeneration: count,
  phase: { type: 'string', enum: phases },
  releaseName: text,
  releaseStatus: text,
  revision: text,
  lastAttemptedRevision: text,
  rollbackCount: count,
  conditions: conditions([
    'ChartFetched',
    'Deployed',
    'Released',
    'RolledBack',
    'Tested',
    'Drifted',
  ]),
});

const releasedMessage = '.status.conditions[?(@.type=="Released")].message';

function crd(
  names: { group: string; kind: string; plural: string; shortNames: readonly string[] },
  version: JsonRecord,
): KubeObject {
  const { group, kind, plural, shortNames } = names;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames },
      versions: [{ served: true, storage: true, ...version }],
    },
  };
}

function schemaOf(spec: JsonRecord, status: JsonRecord): JsonRecord {
  return {
    openAPIV3Schema: object(
      { apiVersion: text, kind: text, metadata: { type: 'object' }, spec, status },
      ['metadata', 'spec'],
    ),
  };
}

/** The definition of helm.fluxcd.io/v1 HelmRelease, with the columns of `kubectl get hr`. */
export const helmReleaseCrd: KubeObject = crd(
  {
    group: 'helm.fluxcd.io',
    kind: 'HelmRelease',
    plural: 'helmreleases',
    shortNames: ['hr', 'hrs'],
  },
  {
    name: 'v1',
    additionalPrinterColumns: [
      { name: 'Release', type: 'string', jsonPath: '.status.releaseName' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'ReleaseStatus', type: 'string', jsonPath: '.status.releaseStatus' },
      { name: 'Message', type: 'string', jsonPath: releasedMessage },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
    subresources: { status: {} },
    schema: schemaOf(v1Spec, v1Status),
  },
);

/** The definition of flux.weave.works/v1beta1 HelmRelease. */
export const helmReleaseV1beta1Crd: KubeObject = crd(
  {
    group: 'flux.weave.works',
    kind: 'HelmRelease',
    plural: 'helmreleases',
    shortNames: ['hr'],
  },
  {
    name: 'v1beta1',
    subresources: { status: {} },
    schema: schemaOf(
      object(
        {
          chart: {
            ...object({
              git: text,
              ref: text,
              path: text,
              skipDepUpdate: flag,
              repository: text,
              name: text,
              version: text,
              chartPullSecret: named,
            }),
            oneOf: [{ required: ['git', 'path'] }, { required: ['repository', 'name', 'version'] }],
          },
          releaseName,
          targetNamespace: text,
          timeout: count,
          resetValues: flag,
          forceUpgrade: flag,
          valueFileSecrets: list(named),
          valuesFrom: valuesFrom(false),
          values: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          rollback: object({
            enable: flag,
            force: flag,
            recreate: flag,
            disableHooks: flag,
            timeout: count,
            wait: flag,
          }),
        },
        ['chart'],
      ),
      object({
        releaseName: text,
        releaseStatus: text,
        observedGeneration: count,
        valuesChecksum: text,
        revision: text,
        conditions: conditions(['ChartFetched', 'Released', 'RolledBack']),
      }),
    ),
  },
);

/** The definition of helm.integrations.flux.weave.works/v1alpha2 FluxHelmRelease. */
export const fluxHelmReleaseCrd: KubeObject = crd(
  {
    group: 'helm.integrations.flux.weave.works',
    kind: 'FluxHelmRelease',
    plural: 'fluxhelmreleases',
    shortNames: ['fhr'],
  },
  {
    name: 'v1alpha2',
    schema: schemaOf(
      object(
        {
          chartGitPath: text,
          releaseName,
          valueFileSecrets: list(named),
          values: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
        ['chartGitPath', 'values'],
      ),
      object({ releaseStatus: text }),
    ),
  },
);
