import type {
  HelmReleaseCondition,
  HelmReleaseConditionType,
  HelmReleasePhase,
  HelmReleaseStatus,
} from '../../api/helm-release/index.ts';

/** What a message of a condition names. */
export interface PhaseFacts {
  readonly releaseName: string;
  readonly targetNamespace: string;
  /** `spec.test.ignoreFailures`. */
  readonly ignoreTestFailures?: boolean;
  /** Ends the message. */
  readonly because?: string;
}

type Verdict = HelmReleaseCondition['status'];

interface PhaseRule {
  readonly conditions: readonly (readonly [HelmReleaseConditionType, Verdict])[];
  readonly message: (release: string, namespace: string) => string;
}

/** Phase → conditions and message (reference: helm-operator.md 5.8). */
const rules: Readonly<Record<HelmReleasePhase, PhaseRule>> = {
  ChartFetched: {
    conditions: [['ChartFetched', 'True']],
    message: (r, n) => `Chart fetch was successful for Helm release '${r}' in '${n}'.`,
  },
  ChartFetchFailed: {
    conditions: [
      ['ChartFetched', 'False'],
      ['Released', 'False'],
    ],
    message: (r, n) => `Chart fetch failed for Helm release '${r}' in '${n}'.`,
  },
  Installing: {
    conditions: [['Deployed', 'Unknown']],
    message: (r, n) => `Running installation for Helm release '${r}' in '${n}'.`,
  },
  Upgrading: {
    conditions: [['Deployed', 'Unknown']],
    message: (r, n) => `Running upgrade for Helm release '${r}' in '${n}'.`,
  },
  Deployed: {
    conditions: [['Deployed', 'True']],
    message: (r, n) => `Installation or upgrade succeeded for Helm release '${r}' in '${n}'.`,
  },
  DeployFailed: {
    conditions: [
      ['Deployed', 'False'],
      ['Released', 'False'],
    ],
    message: (r, n) => `Installation or upgrade failed for Helm release '${r}' in '${n}'.`,
  },
  Testing: {
    conditions: [['Tested', 'Unknown']],
    message: (r, n) => `Testing Helm release '${r}' in '${n}'.`,
  },
  Tested: {
    conditions: [['Tested', 'True']],
    message: (r, n) => `Tested Helm release '${r}' in '${n}'.`,
  },
  TestFailed: {
    conditions: [
      ['Tested', 'False'],
      ['Released', 'False'],
    ],
    message: (r, n) => `Test failed for Helm release '${r}' in '${n}'.`,
  },
  Succeeded: {
    conditions: [['Released', 'True']],
    message: (r, n) => `Release was successful for Helm release '${r}' in '${n}'.`,
  },
  Failed: {
    conditions: [['Released', 'False']],
    message: (r, n) => `Release failed for Helm release '${r}' in '${n}'.`,
  },
  RollingBack: {
    conditions: [['RolledBack', 'Unknown']],
    message: (r, n) => `Rolling back Helm release '${r}' in '${n}'.`,
  },
  RolledBack: {
    conditions: [['RolledBack', 'True']],
    message: (r, n) => `Rolled back Helm release '${r}' in '${n}'.`,
  },
  RollbackFailed: {
    conditions: [['RolledBack', 'False']],
    message: (r, n) => `Rollback failed for Helm release '${r}' in '${n}'.`,
  },
};

/**
 * The status after entering a phase. A condition that is set moves to the end; its transition time
 * stays when its verdict does. Released=True forgets the rollback and its count.
 */
export function withPhase(
  status: HelmReleaseStatus,
  phase: HelmReleasePhase,
  facts: PhaseFacts,
  now: Date,
): HelmReleaseStatus {
  const { message, conditions } = rules[phase];
  const time = timeText(now);
  const words = message(facts.releaseName, facts.targetNamespace);
  const text = facts.because === undefined ? words : `${words} ${facts.because}`;
  let next: HelmReleaseStatus = { ...status, phase };
  for (const [type, verdict] of conditions) {
    const isIgnored = phase === 'TestFailed' && type === 'Released' && facts.ignoreTestFailures;
    if (isIgnored === true) continue;
    next = withCondition(next, { type, status: verdict, reason: phase, message: text }, time);
  }
  return next;
}

/** The status with one condition set; it moves to the end, its transition time as in `withPhase`. */
export function withCondition(
  status: HelmReleaseStatus,
  condition: HelmReleaseCondition,
  time: string,
): HelmReleaseStatus {
  const all = status.conditions ?? [];
  const old = all.find(({ type }) => type === condition.type);
  const isSame = old?.status === condition.status;
  const rest = all.filter(({ type }) => type !== condition.type);
  const next: HelmReleaseStatus = {
    ...status,
    conditions: [
      ...rest,
      {
        ...condition,
        lastUpdateTime: time,
        lastTransitionTime: isSame ? (old.lastTransitionTime ?? time) : time,
      },
    ],
  };
  if (condition.status !== 'True') return next;
  if (condition.type === 'Released') return withoutRollback(next);
  const isNews = condition.type === 'RolledBack' && !isSame;
  return isNews ? { ...next, rollbackCount: (next.rollbackCount ?? 0) + 1 } : next;
}

function withoutRollback(status: HelmReleaseStatus): HelmReleaseStatus {
  const conditions = status.conditions?.filter(({ type }) => type !== 'RolledBack') ?? [];
  return { ...status, rollbackCount: 0, conditions };
}

/** The status with that condition left out. */
export function withoutCondition(
  status: HelmReleaseStatus,
  type: HelmReleaseConditionType,
): HelmReleaseStatus {
  return { ...status, conditions: status.conditions?.filter((each) => each.type !== type) ?? [] };
}

/** Whether a condition is True. */
export function isTrue(status: HelmReleaseStatus, type: HelmReleaseConditionType): boolean {
  return status.conditions?.some((each) => each.type === type && each.status === 'True') === true;
}

const dependencyReason = 'DependencyNotReady';

/** The status of a release that waits for others. */
export function waiting(status: HelmReleaseStatus, because: string, now: Date): HelmReleaseStatus {
  const time = timeText(now);
  return withCondition(
    status,
    { type: 'Released', status: 'Unknown', reason: dependencyReason, message: because },
    time,
  );
}

/** Whether the status says that the release waits for others: for that, or for anything. */
export function isWaiting(status: HelmReleaseStatus, because?: string): boolean {
  return (
    status.conditions?.some(
      ({ reason, message }) =>
        reason === dependencyReason && (because === undefined || message === because),
    ) === true
  );
}

/** The status with what is known of drift; undefined: there is none. */
export function withDrift(
  status: HelmReleaseStatus,
  message: string | undefined,
  now: Date,
): HelmReleaseStatus {
  if (message === undefined) return withoutCondition(status, 'Drifted');
  const reason = 'ObjectsChanged';
  return withCondition(status, { type: 'Drifted', status: 'True', reason, message }, timeText(now));
}

/** What the status says of drift. */
export function driftNoted(status: HelmReleaseStatus): string | undefined {
  return status.conditions?.find(({ type }) => type === 'Drifted')?.message;
}

/** As Kubernetes writes times. */
function timeText(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}
