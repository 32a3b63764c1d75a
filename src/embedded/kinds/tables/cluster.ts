import type { JsonRecord } from '../../../base/index.ts';
import { listAt, numberAt, recordAt, recordsAt, textAt, valueAt } from '../records.ts';
import type { KindTable } from '../resource.ts';
import { ageOf, column, orNone, table } from './columns.ts';
import { ageSince, humanDuration } from './age.ts';

const nodes = table(
  [
    'Status',
    'Roles',
    'Age',
    'Version',
    'Internal-IP*',
    'External-IP*',
    'OS-Image*',
    'Kernel-Version*',
    'Container-Runtime*',
  ],
  (object) => {
    const info = recordAt(object, 'status', 'nodeInfo');
    const unknown = (name: string): string => textAt(info, name) || '<unknown>';
    return [
      nodeStatus(object),
      nodeRoles(object),
      textAt(info, 'kubeletVersion'),
      address(object, 'InternalIP'),
      address(object, 'ExternalIP'),
      unknown('osImage'),
      unknown('kernelVersion'),
      unknown('containerRuntimeVersion'),
    ];
  },
);

function nodeStatus(node: JsonRecord): string {
  const ready = recordsAt(node, 'status', 'conditions').find((each) => each['type'] === 'Ready');
  const states = [ready?.['status'] === 'True' ? 'Ready' : 'NotReady'];
  if (ready === undefined) states[0] = 'Unknown';
  if (valueAt(node, 'spec', 'unschedulable') === true) states.push('SchedulingDisabled');
  return states.join(',');
}

const rolePrefix = 'node-role.kubernetes.io/';

function nodeRoles(node: JsonRecord): string {
  const roles = Object.entries(recordAt(node, 'metadata', 'labels')).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix)) return [key.slice(rolePrefix.length)];
    return key === 'kubernetes.io/role' && value !== '' ? [String(value)] : [];
  });
  return orNone([...new Set(roles.filter((role) => role !== ''))].toSorted().join(','));
}

function address(node: JsonRecord, type: string): string {
  const found = recordsAt(node, 'status', 'addresses').find((each) => each['type'] === type);
  return orNone(found?.['address']);
}

const namespaces = table(['Status', 'Age'], (object) => [textAt(object, 'status', 'phase')]);

const size = (object: JsonRecord, ...fields: readonly string[]): number =>
  fields.reduce((sum, field) => sum + Object.keys(recordAt(object, field)).length, 0);

const configMaps = table(['Data#', 'Age'], (object) => [size(object, 'data', 'binaryData')]);
const secrets = table(['Type', 'Data#', 'Age'], (object) => [
  textAt(object, 'type'),
  size(object, 'data'),
]);
const serviceAccounts = table(['Secrets#', 'Age'], (object) => [listAt(object, 'secrets').length]);

/** Events begin with when they were last seen; their name comes last, and only with -o wide. */
const events: KindTable = {
  columns: [
    column('Last Seen'),
    column('Type'),
    column('Reason'),
    column('Object'),
    column('Subobject*'),
    column('Source*'),
    column('Message'),
    column('First Seen*'),
    column('Count#*'),
    column('Name*'),
  ],
  row(object, now) {
    const about = recordAt(
      object,
      object['regarding'] === undefined ? 'involvedObject' : 'regarding',
    );
    const first = firstSeen(object);
    return [
      ageSince(lastSeen(object) ?? first, now),
      textAt(object, 'type'),
      textAt(object, 'reason'),
      `${textAt(about, 'kind').toLowerCase()}/${textAt(about, 'name')}`,
      textAt(about, 'fieldPath'),
      eventSource(object),
      (textAt(object, 'message') || textAt(object, 'note')).trim(),
      ageSince(first, now),
      eventCount(object),
      textAt(object, 'metadata', 'name'),
    ];
  },
};

function firstSeen(event: JsonRecord): unknown {
  return event['firstTimestamp'] ?? event['deprecatedFirstTimestamp'] ?? event['eventTime'];
}

function lastSeen(event: JsonRecord): unknown {
  return (
    valueAt(event, 'series', 'lastObservedTime') ??
    event['lastTimestamp'] ??
    event['deprecatedLastTimestamp']
  );
}

function eventCount(event: JsonRecord): number {
  const count = valueAt(event, 'series', 'count') ?? event['count'] ?? event['deprecatedCount'];
  return typeof count === 'number' && count > 0 ? count : 1;
}

function eventSource(event: JsonRecord): string {
  const source = recordAt(event, event['source'] === undefined ? 'deprecatedSource' : 'source');
  const component =
    textAt(source, 'component') ||
    textAt(event, 'reportingComponent') ||
    textAt(event, 'reportingController');
  const host = textAt(source, 'host') || textAt(event, 'reportingInstance');
  return host === '' ? component : `${component}, ${host}`;
}

const createdAt = table(['Created At'], (object) => [
  textAt(object, 'metadata', 'creationTimestamp'),
]);

const bindings = table(['Role', 'Age', 'Users*', 'Groups*', 'ServiceAccounts*'], (object) => {
  const named = (kind: string): string =>
    recordsAt(object, 'subjects')
      .filter((each) => each['kind'] === kind)
      .map((each) => {
        const name = textAt(each, 'name');
        return kind === 'ServiceAccount' ? `${textAt(each, 'namespace')}/${name}` : name;
      })
      .join(', ');
  return [
    `${textAt(object, 'roleRef', 'kind')}/${textAt(object, 'roleRef', 'name')}`,
    named('User'),
    named('Group'),
    named('ServiceAccount'),
  ];
});

const leases = table(['Holder', 'Age'], (object) => [textAt(object, 'spec', 'holderIdentity')]);

const signingRequests = table(
  ['Age', 'SignerName', 'Requestor', 'RequestedDuration', 'Condition'],
  (object) => {
    const seconds = valueAt(object, 'spec', 'expirationSeconds');
    const types = recordsAt(object, 'status', 'conditions').map((each) => textAt(each, 'type'));
    const decided = types.find((type) => type === 'Denied' || type === 'Approved') ?? 'Pending';
    const failed = types.includes('Failed') ? ',Failed' : '';
    const issued = textAt(object, 'status', 'certificate') === '' ? '' : ',Issued';
    return [
      textAt(object, 'spec', 'signerName') || '<none>',
      textAt(object, 'spec', 'username'),
      typeof seconds === 'number' ? humanDuration(seconds * 1000) : '<none>',
      `${decided}${failed}${issued}`,
    ];
  },
);

const quotas = table(['Request', 'Limit', 'Age'], (object) => {
  const hard = Object.entries(recordAt(object, 'status', 'hard')).toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const used = recordAt(object, 'status', 'used');
  const text = (limits: boolean): string =>
    hard
      .filter(([name]) => name.startsWith('limits.') === limits)
      .map(([name, amount]) => `${name}: ${String(used[name] ?? '0')}/${String(amount)}`)
      .join(', ');
  return [text(false), text(true)];
});

const priorityClasses = table(['Value#', 'Global-Default', 'Age', 'PreemptionPolicy'], (object) => [
  numberAt(object, ['value']),
  object['globalDefault'] === true,
  textAt(object, 'preemptionPolicy'),
]);

const runtimeClasses = table(['Handler', 'Age'], (object) => [textAt(object, 'handler')]);
const webhooks = table(['Webhooks#', 'Age'], (object) => [listAt(object, 'webhooks').length]);

const apiServices = table(['Service', 'Available', 'Age'], (object) => {
  const service = recordAt(object, 'spec', 'service');
  const name = textAt(service, 'name');
  const available = recordsAt(object, 'status', 'conditions').find(
    (each) => each['type'] === 'Available',
  );
  const status = textAt(available, 'status') || 'Unknown';
  return [
    name === '' ? 'Local' : `${textAt(service, 'namespace')}/${name}`,
    status === 'True' ? status : `${status} (${textAt(available, 'reason')})`,
  ];
});

const componentStatuses = table(['Status', 'Message', 'Error'], (object) => {
  const health = recordsAt(object, 'conditions').find((each) => each['type'] === 'Healthy');
  return [
    health?.['status'] === 'True' ? 'Healthy' : 'Unhealthy',
    textAt(health, 'message'),
    textAt(health, 'error'),
  ];
});

const ages: KindTable = {
  ...table(['Age'], () => []),
  row: (object, now) => [textAt(object, 'metadata', 'name'), ageOf(object, now)],
};

/** Tables of cluster kinds; `Age` alone for those that have nothing else to show. */
export const clusterTables: Readonly<Record<string, KindTable>> = {
  Node: nodes,
  Namespace: namespaces,
  ConfigMap: configMaps,
  Secret: secrets,
  ServiceAccount: serviceAccounts,
  Event: events,
  Role: createdAt,
  ClusterRole: createdAt,
  CustomResourceDefinition: createdAt,
  RoleBinding: bindings,
  ClusterRoleBinding: bindings,
  Lease: leases,
  CertificateSigningRequest: signingRequests,
  ResourceQuota: quotas,
  LimitRange: createdAt,
  PriorityClass: priorityClasses,
  RuntimeClass: runtimeClasses,
  MutatingWebhookConfiguration: webhooks,
  ValidatingWebhookConfiguration: webhooks,
  APIService: apiServices,
  ComponentStatus: componentStatuses,
  PodSecurityPolicy: ages,
};

/** The table of kinds without their own. */
export const plainTable: KindTable = createdAt;
