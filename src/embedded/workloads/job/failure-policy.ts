import type { Pod } from '../objects.ts';
import type { FailureRule, Job } from './job-object.ts';

/** What one failed pod means for its job. */
export interface FailureMeaning {
  /** `FailJob`, `FailIndex`, `Ignore` or `Count`. */
  readonly action: string;
  /** Why the job fails, for FailJob. */
  readonly message: string;
}

const counts: FailureMeaning = { action: 'Count', message: '' };

/** The meaning of a failed pod by the job's podFailurePolicy; without a rule that fits it counts. Pure. */
export function meaningOf({ spec }: Job, pod: Pod): FailureMeaning {
  for (const [at, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const why = fits(rule, pod);
    if (why === undefined) continue;
    const isLonely = rule.action === 'FailIndex' && spec.backoffLimitPerIndex === undefined;
    if (isLonely) return counts;
    return { action: rule.action, message: `${why} matching ${rule.action} rule at index ${at}` };
  }
  return counts;
}

function fits({ onExitCodes, onPodConditions }: FailureRule, pod: Pod): string | undefined {
  const { name, namespace = '' } = pod.metadata;
  if (onExitCodes) {
    const { containerName, operator, values } = onExitCodes;
    const found = exitsOf(pod).find(
      (each) =>
        each.code !== 0 &&
        (!containerName || containerName === each.container) &&
        values.includes(each.code) === (operator === 'In'),
    );
    if (found === undefined) return undefined;
    return `Container ${found.container} for pod ${namespace}/${name} failed with exit code ${found.code}`;
  }
  const wanted = onPodConditions ?? [];
  const condition = pod.status?.conditions?.find((each) =>
    wanted.some(({ type, status = 'True' }) => type === each.type && status === each.status),
  );
  return condition && `Pod ${namespace}/${name} has condition ${condition.type}`;
}

function exitsOf({ status }: Pod): Array<{ container: string; code: number }> {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.flatMap((each) => {
    const state = each['state'] as { terminated?: { exitCode?: number } } | undefined;
    const code = state?.terminated?.exitCode;
    return code === undefined ? [] : [{ container: each.name, code }];
  });
}
