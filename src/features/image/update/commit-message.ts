/** The message of an automatic update: fluxd's texts; `images` are the new references. */
export function autoReleaseMessage(images: readonly string[]): string {
  const all = [...new Set(images)].toSorted();
  if (all.length === 0) return 'Auto-release (no images)';
  if (all.length === 1) return `Auto-release ${all[0]}`;
  return [
    `Auto-release multiple (${all.length}) images\n`,
    ...all.map((image) => ` - ${image}`),
  ].join('\n');
}

/** The message of a release that a person asked for. */
export function releaseMessage(image: string, workloads: readonly string[] | 'all'): string {
  const what = image === '<all latest>' ? 'all latest' : image;
  return `Release ${what} to ${workloads === 'all' ? 'all' : workloads.join(', ')}`;
}

/** The kinds of change of policies, in the order in which they are listed. */
const verbs = {
  automate: 'Automated',
  deautomate: 'Deautomated',
  lock: 'Locked',
  unlock: 'Unlocked',
  update_policy: 'Updated policies',
} as const;

/** What a change of policies did to a workload. */
export type PolicyVerb = keyof typeof verbs;

/** The message of a change of policies; verb → ids. `message` is what the person wrote. */
export function policyMessage(
  changes: ReadonlyMap<PolicyVerb, readonly string[]>,
  message: string,
): string {
  const lines = [...changes]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([verb, ids]) => `${verbs[verb]}: ${[...ids].toSorted().join(', ')}`);
  if (message === '' && lines.length === 1) return `${lines[0]}\n`;
  const head = message === '' ? 'Updated workload policies' : message;
  return `${head}\n\n${lines.map((line) => `- ${line}\n`).join('')}`;
}
