import type { ResourceRow } from './resource-row.ts';

const create = ['create'] as const;
const object = 'object' as const;
const cluster = 'cluster' as const;

/** A kind served as v1 and, for old manifests, as v1beta1; objects are kept as v1. */
const both = (
  group: string,
  row: Omit<ResourceRow, 'at'>,
  since?: string,
): readonly ResourceRow[] => [
  { ...row, at: `${group}/v1` },
  ...(since === undefined
    ? []
    : [
        {
          ...row,
          at: `${group}/v1beta1`,
          storedAs: `${group}/v1`,
          deprecated: `${since}; use ${group}/v1 ${row.kind}`,
        },
      ]),
];

/** The older version is for manifests of its time alone. */
const inLegacyOnly = (row: ResourceRow): ResourceRow =>
  row.deprecated === undefined ? row : { ...row, legacyOnly: true };

const storage: readonly ResourceRow[] = [
  ...both(
    'storage.k8s.io',
    { plural: 'csidrivers', kind: 'CSIDriver', scope: cluster, locked: true, deleteReply: object },
    'v1.19+, unavailable in v1.22+',
  ),
  ...both(
    'storage.k8s.io',
    { plural: 'csinodes', kind: 'CSINode', scope: cluster, locked: true, deleteReply: object },
    'v1.17+, unavailable in v1.22+',
  ),
  ...both('storage.k8s.io', {
    plural: 'csistoragecapacities',
    kind: 'CSIStorageCapacity',
    locked: true,
    since: 24,
  }),
  ...both(
    'storage.k8s.io',
    {
      plural: 'storageclasses',
      kind: 'StorageClass',
      short: 'sc',
      scope: cluster,
      deleteReply: object,
    },
    'v1.19+, unavailable in v1.22+',
  ),
  ...both(
    'storage.k8s.io',
    {
      plural: 'volumeattachments',
      kind: 'VolumeAttachment',
      scope: cluster,
      sub: 'status',
      deleteReply: object,
    },
    'v1.19+, unavailable in v1.22+',
  ),
];

const virtualReview = (group: string, plural: string, kind: string, namespaced = false) => ({
  at: `${group}/v1`,
  plural,
  kind,
  ...(namespaced ? {} : { scope: cluster }),
  verbs: create,
});

const currentReviews: readonly ResourceRow[] = [
  {
    ...virtualReview('authentication.k8s.io', 'selfsubjectreviews', 'SelfSubjectReview'),
    since: 28,
  },
  virtualReview('authentication.k8s.io', 'tokenreviews', 'TokenReview'),
  virtualReview(
    'authorization.k8s.io',
    'localsubjectaccessreviews',
    'LocalSubjectAccessReview',
    true,
  ),
  virtualReview('authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
  virtualReview('authorization.k8s.io', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview'),
  virtualReview('authorization.k8s.io', 'subjectaccessreviews', 'SubjectAccessReview'),
];

/** kubectl's own tests of 1.20 still post the older version of each. */
const reviews: readonly ResourceRow[] = [
  ...currentReviews,
  ...currentReviews
    .filter(({ since }) => since === undefined)
    .map((row) => ({
      ...row,
      at: row.at.replace('/v1', '/v1beta1'),
      storedAs: row.at,
      legacyOnly: true,
      deprecated: `v1.19+, unavailable in v1.22+; use ${row.at} ${row.kind}`,
    })),
];

const webhooks = (plural: string, kind: string): readonly ResourceRow[] =>
  both(
    'admissionregistration.k8s.io',
    { plural, kind, scope: cluster, generation: true, locked: true },
    'v1.16+, unavailable in v1.22+',
  );

const others: readonly ResourceRow[] = [
  ...both(
    'apiregistration.k8s.io',
    {
      plural: 'apiservices',
      kind: 'APIService',
      scope: cluster,
      sub: 'status',
      nameRule: 'pathSegment',
    },
    'v1.19+, unavailable in v1.22+',
  ),
  ...both(
    'events.k8s.io',
    { plural: 'events', kind: 'Event', short: 'ev', createOnPut: true },
    'v1.22+, unavailable in v1.25+',
  ).map(({ deprecated, ...row }) => ({
    ...row,
    storedAs: 'v1',
    // Its warning names no successor.
    ...(deprecated === undefined ? {} : { deprecated: 'v1.22+, unavailable in v1.25+' }),
  })),
  ...both(
    'certificates.k8s.io',
    {
      plural: 'certificatesigningrequests',
      kind: 'CertificateSigningRequest',
      short: 'csr',
      scope: cluster,
      sub: 'approval status',
    },
    'v1.19+, unavailable in v1.22+',
  ).map(inLegacyOnly),
  ...webhooks('mutatingwebhookconfigurations', 'MutatingWebhookConfiguration'),
  ...webhooks('validatingwebhookconfigurations', 'ValidatingWebhookConfiguration'),
  ...both(
    'apiextensions.k8s.io',
    {
      plural: 'customresourcedefinitions',
      kind: 'CustomResourceDefinition',
      short: 'crd crds',
      scope: cluster,
      sub: 'status',
      generation: true,
      locked: true,
    },
    'v1.16+, unavailable in v1.22+',
  ),
  ...both(
    'scheduling.k8s.io',
    {
      plural: 'priorityclasses',
      kind: 'PriorityClass',
      short: 'pc',
      scope: cluster,
      generation: true,
    },
    'v1.14+, unavailable in v1.22+',
  ),
  ...both(
    'coordination.k8s.io',
    { plural: 'leases', kind: 'Lease', locked: true, createOnPut: true },
    'v1.19+, unavailable in v1.22+',
  ),
  ...both(
    'node.k8s.io',
    {
      plural: 'runtimeclasses',
      kind: 'RuntimeClass',
      scope: cluster,
      locked: true,
      createOnPut: true,
    },
    'v1.22+, unavailable in v1.25+',
  ).map(inLegacyOnly),
  ...both(
    'discovery.k8s.io',
    { plural: 'endpointslices', kind: 'EndpointSlice', generation: true },
    'v1.21+, unavailable in v1.25+',
  ).map((row) => (row.deprecated === undefined ? { ...row, since: 21 } : row)),
];

/** Storage, reviews and the groups of one or two kinds. */
export const clusterRows: readonly ResourceRow[] = [...storage, ...reviews, ...others];
