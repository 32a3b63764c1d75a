import type { ContainerSpec, Pod, PodSpec } from '../objects.ts';
import { podFromTemplate } from '../pod-maker.ts';
import type { PodToMake } from './decide-pods.ts';
import { failureCountKey, ignoredCountKey, indexKey } from './indexes.ts';
import type { Job } from './job-object.ts';

const indexVariable = 'JOB_COMPLETION_INDEX';

/** A pod of a job; one with an index carries it as annotation, label, host name and variable. */
export function jobPod(job: Job, { index, failures, ignored = 0 }: PodToMake): Pod {
  const pod = podFromTemplate(job, job.spec.template);
  if (index === undefined) return pod;
  const { metadata, spec } = pod;
  const text = String(index);
  const annotations: Record<string, string> = { ...metadata.annotations, [indexKey]: text };
  if (failures !== undefined) annotations[failureCountKey] = String(failures);
  if (failures !== undefined && ignored > 0) annotations[ignoredCountKey] = String(ignored);
  const { name } = job.metadata;
  return {
    ...pod,
    metadata: {
      ...metadata,
      generateName: `${name}-${text}-`,
      annotations,
      labels: { ...metadata.labels, [indexKey]: text },
    },
    spec: { ...withVariable(spec), hostname: `${name}-${text}` },
  };
}

function withVariable(spec: PodSpec): PodSpec {
  const { containers, initContainers } = spec;
  return {
    ...spec,
    containers: containers.map(knowsIndex),
    ...(initContainers === undefined ? {} : { initContainers: initContainers.map(knowsIndex) }),
  };
}

function knowsIndex(container: ContainerSpec): ContainerSpec {
  const env = (container['env'] ?? []) as Array<{ name: string }>;
  if (env.some(({ name }) => name === indexVariable)) return container;
  const fieldRef = { fieldPath: `metadata.labels['${indexKey}']` };
  return { ...container, env: [...env, { name: indexVariable, valueFrom: { fieldRef } }] };
}
