import type {
  SealedSecret,
  SealedSecretCondition,
  SealedSecretStatus,
} from '../../../api/sealed-secret/index.ts';

/**
 * The status after an attempt; undefined when it need not be written: neither has the condition
 * changed its value nor is the spec a new one. The message is empty on success.
 */
export function statusAfter(
  { status = {}, metadata }: SealedSecret,
  failure: string | undefined,
  now: Date,
): SealedSecretStatus | undefined {
  const conditions = status.conditions ?? [];
  const before = conditions.find((each) => each.type === 'Synced');
  const value = failure === undefined ? 'True' : 'False';
  const hasTurned = before?.status !== value;
  const { generation } = metadata;
  if (!hasTurned && status.observedGeneration === generation) return undefined;
  const lastUpdateTime = `${now.toISOString().slice(0, 19)}Z`;
  const since = hasTurned ? undefined : before?.lastTransitionTime;
  const synced: SealedSecretCondition = {
    ...before,
    type: 'Synced',
    status: value,
    message: failure ?? '',
    lastUpdateTime,
    lastTransitionTime: since ?? lastUpdateTime,
  };
  const others = conditions.filter((each) => each.type !== 'Synced');
  const next = { ...status, conditions: [...others, synced] };
  return generation === undefined ? next : { ...next, observedGeneration: generation };
}
