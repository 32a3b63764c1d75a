import type { JsonRecord } from '../../../base/index.ts';
import { listAt, numberAt, recordAt, recordsAt, textAt, valueAt } from '../records.ts';
import type { KindTable } from '../resource.ts';
import { ageSince, humanDuration } from './age.ts';
import { containerCells, labelsText, orNone, selectorText, table } from './columns.ts';

const status = (object: JsonRecord, field: string): number => numberAt(object, ['status', field]);
const wanted = (object: JsonRecord): number => numberAt(object, ['spec', 'replicas'], 1);
const template = (object: JsonRecord): [string, string] =>
  containerCells(recordAt(object, 'spec', 'template'));
const selector = (object: JsonRecord): string => selectorText(recordAt(object, 'spec', 'selector'));

const deployments = table(
  ['Ready', 'Up-to-date#', 'Available#', 'Age', 'Containers*', 'Images*', 'Selector*'],
  (object) => [
    `${status(object, 'readyReplicas')}/${wanted(object)}`,
    status(object, 'updatedReplicas'),
    status(object, 'availableReplicas'),
    ...template(object),
    selector(object),
  ],
);

const replicaSetColumns = [
  'Desired#',
  'Current#',
  'Ready#',
  'Age',
  'Containers*',
  'Images*',
  'Selector*',
];

const replicaSetCells = (object: JsonRecord): unknown[] => [
  wanted(object),
  status(object, 'replicas'),
  status(object, 'readyReplicas'),
  ...template(object),
];

const replicaSets = table(replicaSetColumns, (object) => [
  ...replicaSetCells(object),
  selector(object),
]);

const replicationControllers = table(replicaSetColumns, (object) => [
  ...replicaSetCells(object),
  labelsText(recordAt(object, 'spec', 'selector')),
]);

const statefulSets = table(['Ready', 'Age', 'Containers*', 'Images*'], (object) => [
  `${status(object, 'readyReplicas')}/${wanted(object)}`,
  ...template(object),
]);

const daemonSets = table(
  [
    'Desired#',
    'Current#',
    'Ready#',
    'Up-to-date#',
    'Available#',
    'Node Selector',
    'Age',
    'Containers*',
    'Images*',
    'Selector*',
  ],
  (object) => [
    status(object, 'desiredNumberScheduled'),
    status(object, 'currentNumberScheduled'),
    status(object, 'numberReady'),
    status(object, 'updatedNumberScheduled'),
    status(object, 'numberAvailable'),
    labelsText(recordAt(object, 'spec', 'template', 'spec', 'nodeSelector')),
    ...template(object),
    selector(object),
  ],
);

const jobs = table(
  ['Status', 'Completions', 'Duration', 'Age', 'Containers*', 'Images*', 'Selector*'],
  (object, now) => [
    jobStatus(object),
    completions(object),
    jobDuration(object, now),
    ...template(object),
    selector(object),
  ],
);

function hasCondition(object: JsonRecord, type: string): boolean {
  return recordsAt(object, 'status', 'conditions').some(
    (each) => each['type'] === type && each['status'] === 'True',
  );
}

function jobStatus(job: JsonRecord): string {
  if (hasCondition(job, 'Complete')) return 'Complete';
  if (hasCondition(job, 'Failed')) return 'Failed';
  if (valueAt(job, 'metadata', 'deletionTimestamp') !== undefined) return 'Terminating';
  if (hasCondition(job, 'Suspended')) return 'Suspended';
  return hasCondition(job, 'FailureTarget') ? 'FailureTarget' : 'Running';
}

function completions(job: JsonRecord): string {
  const done = status(job, 'succeeded');
  const all = numberAt(job, ['spec', 'completions'], -1);
  if (all >= 0) return `${done}/${all}`;
  const parallel = numberAt(job, ['spec', 'parallelism'], 0);
  return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`;
}

function jobDuration(job: JsonRecord, now: Date): string {
  const start = textAt(job, 'status', 'startTime');
  if (start === '') return '';
  const end = textAt(job, 'status', 'completionTime');
  const until = end === '' ? now.getTime() : Date.parse(end);
  return humanDuration(until - Date.parse(start));
}

const cronJobs = table(
  [
    'Schedule',
    'Timezone',
    'Suspend',
    'Active#',
    'Last Schedule',
    'Age',
    'Containers*',
    'Images*',
    'Selector*',
  ],
  (object, now) => {
    const last = textAt(object, 'status', 'lastScheduleTime');
    const job = recordAt(object, 'spec', 'jobTemplate', 'spec');
    return [
      textAt(object, 'spec', 'schedule'),
      orNone(textAt(object, 'spec', 'timeZone')),
      valueAt(object, 'spec', 'suspend') === true ? 'True' : 'False',
      listAt(object, 'status', 'active').length,
      last === '' ? '<none>' : ageSince(last, now),
      ...containerCells(recordAt(job, 'template')),
      selectorText(recordAt(job, 'selector')),
    ];
  },
);

const podTemplates = table(['Containers', 'Images', 'Pod Labels'], (object) => [
  ...containerCells(recordAt(object, 'template')),
  labelsText(recordAt(object, 'template', 'metadata', 'labels')),
]);

const controllerRevisions = table(['Controller', 'Revision#', 'Age'], (object) => {
  const owner = recordsAt(object, 'metadata', 'ownerReferences').find(
    (each) => each['controller'] === true,
  );
  const [group, version] = textAt(owner, 'apiVersion').split('/');
  const kind = textAt(owner, 'kind').toLowerCase();
  const type = version === undefined ? kind : `${kind}.${group}`;
  return [
    owner === undefined ? '<none>' : `${type}/${textAt(owner, 'name')}`,
    numberAt(object, ['revision']),
  ];
});

const scales = table(['Desired#', 'Available#', 'Age'], (object) => [
  numberAt(object, ['spec', 'replicas']),
  status(object, 'replicas'),
]);

const autoscalers = table(
  ['Reference', 'Targets', 'MinPods', 'MaxPods#', 'Replicas#', 'Age'],
  (object) => [
    `${textAt(object, 'spec', 'scaleTargetRef', 'kind')}/${textAt(object, 'spec', 'scaleTargetRef', 'name')}`,
    targets(object),
    String(valueAt(object, 'spec', 'minReplicas') ?? '<unset>'),
    numberAt(object, ['spec', 'maxReplicas']),
    status(object, 'currentReplicas'),
  ],
);

/** `cpu: 10%/80%, <unknown>/500m`; at most two, then how many more. */
function targets(object: JsonRecord): string {
  const current = recordsAt(object, 'status', 'currentMetrics');
  const all = recordsAt(object, 'spec', 'metrics').map((metric, at) =>
    target(metric, current[at] ?? {}),
  );
  const old = valueAt(object, 'spec', 'targetCPUUtilizationPercentage');
  if (all.length === 0 && old !== undefined) {
    const now = valueAt(object, 'status', 'currentCPUUtilizationPercentage');
    return `cpu: ${now === undefined ? '<unknown>' : `${now}%`}/${old}%`;
  }
  if (all.length === 0) return '<none>';
  const shown = all.slice(0, 2).join(', ');
  return all.length > 2 ? `${shown} + ${all.length - 2} more...` : shown;
}

function target(metric: JsonRecord, current: JsonRecord): string {
  const type = textAt(metric, 'type');
  const key = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  const goal = recordAt(metric, key, 'target');
  const now = recordAt(current, key, 'current');
  const name = type.endsWith('Resource') ? `${textAt(metric, key, 'name')}: ` : '';
  const percent = goal['averageUtilization'];
  if (percent !== undefined) {
    const value = now['averageUtilization'];
    return `${name}${value === undefined ? '<unknown>' : `${value}%`}/${percent}%`;
  }
  const average = goal['averageValue'];
  const value = average === undefined ? now['value'] : now['averageValue'];
  const suffix = average === undefined ? '' : ' (avg)';
  return `${name}${value ?? '<unknown>'}/${average ?? goal['value'] ?? '<auto>'}${suffix}`;
}

const budgets = table(
  ['Min Available', 'Max Unavailable', 'Allowed Disruptions#', 'Age'],
  (object) => [
    String(valueAt(object, 'spec', 'minAvailable') ?? 'N/A'),
    String(valueAt(object, 'spec', 'maxUnavailable') ?? 'N/A'),
    status(object, 'disruptionsAllowed'),
  ],
);

/** Tables of workloads by kind. */
export const workloadTables: Readonly<Record<string, KindTable>> = {
  Deployment: deployments,
  ReplicaSet: replicaSets,
  ReplicationController: replicationControllers,
  StatefulSet: statefulSets,
  DaemonSet: daemonSets,
  Job: jobs,
  CronJob: cronJobs,
  PodTemplate: podTemplates,
  ControllerRevision: controllerRevisions,
  Scale: scales,
  HorizontalPodAutoscaler: autoscalers,
  PodDisruptionBudget: budgets,
};
