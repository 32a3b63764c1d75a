import type { SourceField, SourceGroups, SourceType } from './schema-source.ts';

/**
 * Types that the source does not list: API services (they live in another Go module) and pod security
 * policies (removed in 1.25, yet in charts of the time). Facts of the published APIs.
 */
const field = (name: string, go: string, number: number, rest: object = {}): SourceField => ({
  name,
  go,
  proto: ['bytes', number],
  omitempty: true,
  optional: true,
  ...rest,
});

const object = (spec: string, status: string | undefined, rest: object = {}): SourceType => ({
  object: true,
  ...rest,
  fields: [
    { go: 'metav1.TypeMeta', inline: true },
    field('metadata', 'metav1.ObjectMeta', 1),
    field('spec', spec, 2),
    ...(status === undefined ? [] : [field('status', status, 3)]),
  ],
});

const needed = { omitempty: false, optional: false };

const apiRegistration: Record<string, SourceType> = {
  APIService: object('APIServiceSpec', 'APIServiceStatus', { clusterScoped: true }),
  APIServiceSpec: {
    fields: [
      field('service', '*ServiceReference', 1),
      field('group', 'string', 2),
      field('version', 'string', 3),
      field('insecureSkipTLSVerify', 'bool', 4),
      field('caBundle', '[]byte', 5),
      field('groupPriorityMinimum', 'int32', 7, needed),
      field('versionPriority', 'int32', 8, needed),
    ],
  },
  ServiceReference: {
    fields: [
      field('namespace', 'string', 1),
      field('name', 'string', 2),
      field('port', '*int32', 3),
    ],
  },
  APIServiceStatus: {
    fields: [
      field('conditions', '[]APIServiceCondition', 1, {
        listType: 'map',
        listMapKeys: ['type'],
        patchStrategy: 'merge',
        patchMergeKey: 'type',
      }),
    ],
  },
  APIServiceCondition: {
    fields: [
      field('type', 'string', 1, needed),
      field('status', 'string', 2, needed),
      field('lastTransitionTime', 'metav1.Time', 3),
      field('reason', 'string', 4),
      field('message', 'string', 5),
    ],
  },
};

export const additionalTypes: SourceGroups = {
  'apiregistration.k8s.io/v1': apiRegistration,
  'apiregistration.k8s.io/v1beta1': apiRegistration,
  'policy/v1beta1': {
    PodSecurityPolicy: object('PodSecurityPolicySpec', undefined, { clusterScoped: true }),
    PodSecurityPolicySpec: { fields: [], preserveUnknown: true },
  },
};
