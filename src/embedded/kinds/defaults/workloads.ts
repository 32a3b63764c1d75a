import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { ensureRecord, fill, recordAt, recordsAt, textAt } from '../records.ts';
import { defaultPodSpec } from './pod-spec.ts';

/** Versions that select by the template's labels when no selector is given. */
const guessesSelector: ReadonlySet<string> = new Set(['apps/v1beta1', 'extensions/v1beta1']);

function podTemplate(spec: JsonRecord, how: { restartPolicy?: boolean } = {}): void {
  const template = ensureRecord(spec, 'template');
  ensureRecord(template, 'metadata');
  defaultPodSpec(ensureRecord(template, 'spec'), how);
}

function labelsFromTemplate(object: KubeObject, spec: JsonRecord): void {
  const labels = recordAt(spec, 'template', 'metadata', 'labels');
  if (Object.keys(labels).length === 0) return;
  if (guessesSelector.has(object.apiVersion)) {
    fill(spec, { selector: { matchLabels: labels } });
  }
  if (object.apiVersion !== 'apps/v1') fill(object.metadata as object as JsonRecord, { labels });
}

/** Deployment; the old versions have their own numbers. */
export function defaultDeployment(object: KubeObject): void {
  const spec = ensureRecord(object, 'spec');
  podTemplate(spec);
  labelsFromTemplate(object, spec);
  fill(spec, { replicas: 1 });
  const strategy = ensureRecord(spec, 'strategy');
  fill(strategy, { type: 'RollingUpdate' });
  const old = object.apiVersion === 'extensions/v1beta1';
  if (strategy['type'] === 'RollingUpdate') {
    const rolling = ensureRecord(strategy, 'rollingUpdate');
    const amount = old ? 1 : '25%';
    fill(rolling, { maxUnavailable: amount, maxSurge: amount });
  }
  const history = object.apiVersion === 'apps/v1beta1' ? 2 : 10;
  fill(spec, {
    revisionHistoryLimit: old ? 2147483647 : history,
    progressDeadlineSeconds: old ? 2147483647 : 600,
  });
}

/** ReplicaSet and ReplicationController (whose selector is a plain map). */
export function defaultReplicaSet(object: KubeObject): void {
  const spec = ensureRecord(object, 'spec');
  podTemplate(spec);
  fill(spec, { replicas: 1 });
  if (object.kind === 'ReplicationController') {
    const labels = recordAt(spec, 'template', 'metadata', 'labels');
    if (Object.keys(labels).length === 0) return;
    fill(spec, { selector: labels });
    fill(object.metadata as object as JsonRecord, { labels });
    return;
  }
  labelsFromTemplate(object, spec);
}

/** StatefulSet; claim templates become claims of their own. */
export function defaultStatefulSet(object: KubeObject): void {
  const spec = ensureRecord(object, 'spec');
  podTemplate(spec);
  labelsFromTemplate(object, spec);
  fill(spec, { replicas: 1, podManagementPolicy: 'OrderedReady', revisionHistoryLimit: 10 });
  const strategy = ensureRecord(spec, 'updateStrategy');
  fill(strategy, { type: object.apiVersion === 'apps/v1beta1' ? 'OnDelete' : 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    fill(ensureRecord(strategy, 'rollingUpdate'), { partition: 0 });
  }
  fill(ensureRecord(spec, 'persistentVolumeClaimRetentionPolicy'), {
    whenDeleted: 'Retain',
    whenScaled: 'Retain',
  });
  for (const claim of recordsAt(spec, 'volumeClaimTemplates')) {
    fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
    fill(ensureRecord(claim, 'spec'), { volumeMode: 'Filesystem' });
    fill(ensureRecord(claim, 'status'), { phase: 'Pending' });
  }
}

/** DaemonSet. */
export function defaultDaemonSet(object: KubeObject): void {
  const spec = ensureRecord(object, 'spec');
  podTemplate(spec);
  labelsFromTemplate(object, spec);
  const old = object.apiVersion === 'extensions/v1beta1';
  const strategy = ensureRecord(spec, 'updateStrategy');
  fill(strategy, { type: old ? 'OnDelete' : 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    fill(ensureRecord(strategy, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 });
  }
  fill(spec, { revisionHistoryLimit: 10 });
}

function jobSpec(spec: JsonRecord, template: boolean): void {
  podTemplate(spec, { restartPolicy: false });
  if (!template) {
    const neither = spec['completions'] === undefined && spec['parallelism'] === undefined;
    if (neither) fill(spec, { completions: 1 });
    fill(spec, {
      parallelism: 1,
      completionMode: 'NonIndexed',
      suspend: false,
      backoffLimit: 6,
      manualSelector: false,
    });
    fill(spec, {
      podReplacementPolicy:
        spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
    });
  }
}

/** Job. */
export function defaultJob(object: KubeObject): void {
  const spec = ensureRecord(object, 'spec');
  jobSpec(spec, false);
  const labels = recordAt(spec, 'template', 'metadata', 'labels');
  if (Object.keys(labels).length > 0) fill(object.metadata as object as JsonRecord, { labels });
}

/** CronJob. Its job template gets pod defaults only; the Job gets its own when it is made. */
export function defaultCronJob(object: KubeObject): void {
  const spec = ensureRecord(object, 'spec');
  if (textAt(spec, 'concurrencyPolicy') === '') spec['concurrencyPolicy'] = 'Allow';
  fill(spec, { suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
  const template = ensureRecord(spec, 'jobTemplate');
  ensureRecord(template, 'metadata');
  jobSpec(ensureRecord(template, 'spec'), true);
}

/** Pod and PodTemplate. */
export function defaultPod(object: KubeObject): void {
  if (object.kind === 'PodTemplate') return podTemplate(object);
  const spec = ensureRecord(object, 'spec');
  fill(spec, { enableServiceLinks: true });
  return defaultPodSpec(spec, { isPod: true });
}
