import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { deepEqual } from '../../../lib/schema/index.ts';
import type { FieldError } from '../../../lib/schema/index.ts';
import { matchesSelector } from '../selector.ts';
import { numberAt, recordAt, recordsAt, textAt, valueAt } from '../records.ts';
import { forbidden, immutable, invalidValue, oneOf, required, unsupported } from './errors.ts';
import { isCronSchedule } from './cron.ts';
import { goSelector } from './go-values.ts';
import { labelErrors } from './meta.ts';
import { podSpecErrors } from './pod-spec.ts';

const notNegative = (object: JsonRecord, path: readonly string[]): FieldError[] => {
  const value = numberAt(object, path);
  return value < 0
    ? [invalidValue(path.join('.'), value, 'must be greater than or equal to 0')]
    : [];
};

function templateErrors(template: JsonRecord, field: string): FieldError[] {
  return [
    ...labelErrors(recordAt(template, 'metadata', 'labels'), `${field}.metadata.labels`),
    ...podSpecErrors(recordAt(template, 'spec'), `${field}.spec`),
  ];
}

/** Restart policies other than Always make no sense for pods that are to run for ever. */
function alwaysRestarts(spec: JsonRecord): FieldError[] {
  const policy = valueAt(spec, 'template', 'spec', 'restartPolicy');
  if (policy === 'Always') return [];
  return [unsupported('spec.template.spec.restartPolicy', policy ?? '', ['Always'])];
}

/** Deployment, ReplicaSet, StatefulSet and DaemonSet. */
export function workloadErrors(object: KubeObject): FieldError[] {
  const spec = recordAt(object, 'spec');
  const labels = recordAt(spec, 'template', 'metadata', 'labels');
  return [
    ...notNegative(object, ['spec', 'replicas']),
    ...selectorErrors(object.kind, spec, labels),
    // Mounts of a StatefulSet also name its claims, so a real server leaves its pods to be checked later.
    ...(object.kind === 'StatefulSet'
      ? labelErrors(labels, 'spec.template.labels')
      : templateErrors(recordAt(spec, 'template'), 'spec.template')),
    ...alwaysRestarts(spec),
    ...strategyErrors(object, spec),
  ];
}

/** Go's text for a ReplicaSet names a deployment, too. */
const selectorOwner: Readonly<Record<string, string>> = {
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
};

function selectorErrors(kind: string, spec: JsonRecord, labels: JsonRecord): FieldError[] {
  const selector = recordAt(spec, 'selector');
  const errors: FieldError[] = [];
  if (spec['selector'] === undefined) errors.push(required('spec.selector'));
  else if (Object.keys(selector).length === 0) {
    const owner = selectorOwner[kind] ?? 'deployment';
    errors.push(
      invalidValue('spec.selector', goSelector({}), `empty selector is invalid for ${owner}`),
    );
  }
  // No selector matches nothing, so both complaints are made.
  if (spec['selector'] !== undefined && matchesSelector(selector, labels)) return errors;
  return [
    ...errors,
    invalidValue(
      'spec.template.metadata.labels',
      labels,
      '`selector` does not match template `labels`',
    ),
  ];
}

function strategyErrors(object: KubeObject, spec: JsonRecord): FieldError[] {
  if (object.kind !== 'Deployment') return [];
  const strategy = recordAt(spec, 'strategy');
  const type = textAt(strategy, 'type');
  if (type === 'Recreate') {
    return strategy['rollingUpdate'] === undefined
      ? []
      : [
          forbidden(
            'spec.strategy.rollingUpdate',
            "may not be specified when strategy `type` is 'Recreate'",
          ),
        ];
  }
  if (type !== 'RollingUpdate') {
    return [unsupported('spec.strategy.type', type, ['Recreate', 'RollingUpdate'])];
  }
  const rolling = recordAt(strategy, 'rollingUpdate');
  const isZero = (amount: unknown): boolean => amount === 0 || amount === '0%';
  return isZero(rolling['maxUnavailable']) && isZero(rolling['maxSurge'])
    ? [
        invalidValue(
          'spec.strategy.rollingUpdate.maxUnavailable',
          rolling['maxUnavailable'],
          'may not be 0 when `maxSurge` is 0',
        ),
      ]
    : [];
}

/** ReplicationController: its selector is a plain map. */
export function replicationControllerErrors(object: KubeObject): FieldError[] {
  const spec = recordAt(object, 'spec');
  const selector = recordAt(spec, 'selector');
  if (Object.keys(selector).length === 0) return [required('spec.selector')];
  const labels = recordAt(spec, 'template', 'metadata', 'labels');
  const matches = matchesSelector({ matchLabels: selector }, labels);
  return [
    ...(matches
      ? []
      : [
          invalidValue(
            'spec.template.metadata.labels',
            labels,
            '`selector` does not match template `labels`',
          ),
        ]),
    ...templateErrors(recordAt(spec, 'template'), 'spec.template'),
  ];
}

/** Changes that these kinds refuse. */
export function workloadUpdateErrors(object: KubeObject, old: KubeObject): FieldError[] {
  const [spec, before] = [recordAt(object, 'spec'), recordAt(old, 'spec')];
  if (object.kind === 'StatefulSet') return statefulSetUpdate(spec, before);
  if (object.kind === 'ReplicationController') return [];
  return deepEqual(spec['selector'], before['selector'])
    ? []
    : [immutable('spec.selector', goSelector(recordAt(spec, 'selector')))];
}

const mutableInSet: readonly string[] = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function statefulSetUpdate(spec: JsonRecord, before: JsonRecord): FieldError[] {
  const keys = new Set([...Object.keys(spec), ...Object.keys(before)]);
  const changed = [...keys].some(
    (key) => !mutableInSet.includes(key) && !deepEqual(spec[key], before[key]),
  );
  return changed
    ? [
        forbidden(
          'spec',
          "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
        ),
      ]
    : [];
}

function jobTemplateErrors(spec: JsonRecord, field: string): FieldError[] {
  const policy = valueAt(spec, 'template', 'spec', 'restartPolicy');
  const restart = `${field}.template.spec.restartPolicy`;
  const allowed = ['OnFailure', 'Never'];
  const wrong = policy === undefined || policy === '' || policy === 'Always';
  const missing = policy === undefined || policy === '';
  return [
    ...templateErrors(recordAt(spec, 'template'), `${field}.template`),
    ...(missing ? [required(restart, 'valid values: "OnFailure", "Never"')] : []),
    ...(wrong && !missing ? [unsupported(restart, policy, allowed)] : []),
  ];
}

/** Job. */
export function jobErrors(object: KubeObject): FieldError[] {
  const spec = recordAt(object, 'spec');
  return [
    ...['parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds'].flatMap((name) =>
      notNegative(object, ['spec', name]),
    ),
    ...jobTemplateErrors(spec, 'spec'),
  ];
}

/** Template, selector and completions of a Job never change (a suspended one's template may, in part). */
export function jobUpdateErrors(object: KubeObject, old: KubeObject): FieldError[] {
  const [spec, before] = [recordAt(object, 'spec'), recordAt(old, 'spec')];
  const fields = before['suspend'] === true ? ['selector'] : ['selector', 'template'];
  return fields
    .filter((field) => !deepEqual(spec[field], before[field]))
    .map((field) =>
      immutable(
        `spec.${field}`,
        field === 'selector' ? goSelector(recordAt(spec, 'selector')) : spec[field],
      ),
    );
}

/** CronJob. */
export function cronJobErrors(object: KubeObject): FieldError[] {
  const spec = recordAt(object, 'spec');
  const schedule = textAt(spec, 'schedule');
  const problem = schedule === '' ? undefined : isCronSchedule(schedule);
  return [
    ...(schedule === '' ? [required('spec.schedule')] : []),
    ...(problem === undefined ? [] : [invalidValue('spec.schedule', schedule, problem)]),
    ...oneOf('spec.concurrencyPolicy', spec['concurrencyPolicy'], ['Allow', 'Forbid', 'Replace']),
    ...jobTemplateErrors(recordAt(spec, 'jobTemplate', 'spec'), 'spec.jobTemplate.spec'),
    ...(object.metadata.name.length > 52
      ? [invalidValue('metadata.name', object.metadata.name, 'must be no more than 52 characters')]
      : []),
  ];
}

const podNote =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** Pod. */
export function podErrors(object: KubeObject): FieldError[] {
  return podSpecErrors(recordAt(object, 'spec'), 'spec');
}

/** Only images, deadlines, tolerations and scheduling gates of a pod may change. */
export function podUpdateErrors(object: KubeObject, old: KubeObject): FieldError[] {
  const settled = (pod: KubeObject): JsonRecord => {
    const spec = structuredClone(recordAt(pod, 'spec'));
    for (const list of ['containers', 'initContainers']) {
      for (const container of recordsAt(spec, list)) delete container['image'];
    }
    for (const field of ['activeDeadlineSeconds', 'tolerations', 'schedulingGates']) {
      delete spec[field];
    }
    if (numberAt(spec, ['terminationGracePeriodSeconds']) < 0) {
      spec['terminationGracePeriodSeconds'] = 1;
    }
    return spec;
  };
  const [now, before] = [settled(object), settled(old)];
  if (textAt(before, 'nodeName') === '') delete now['nodeName'];
  if (textAt(before, 'nodeName') === '') delete before['nodeName'];
  return deepEqual(now, before) ? [] : [forbidden('spec', podNote)];
}
