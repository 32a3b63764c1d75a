import { isRecord } from '../../../base/index.ts';
import type { FluxEvent } from './flux-event.ts';

const verbs: Partial<Record<FluxEvent['type'], string>> = {
  automate: 'Automated',
  deautomate: 'Deautomated',
  lock: 'Locked',
  unlock: 'Unlocked',
  update_policy: 'Updated policies',
};

/** fluxd's words for an event. */
export function eventText({ type, serviceIDs, metadata }: FluxEvent): string {
  const ids = serviceIDs.toSorted();
  switch (type) {
    case 'sync':
      return syncEventText(revisionsIn(metadata['commits']), ids);
    case 'commit': {
      const what = ids.length === 0 ? '<no changes>' : ids.join(', ');
      return `Commit: ${String(metadata['revision']).slice(0, 7)}, ${what}`;
    }
    case 'release':
      return releaseText(ids, metadata);
    case 'autorelease':
      return `Automated release of ${imagesText(metadata['result'])}`;
    default:
      return `${verbs[type] ?? 'Unknown event'}: ${ids.join(', ')}`;
  }
}

/** Revisions newest first. */
export function syncEventText(revisions: readonly string[], ids: readonly string[]): string {
  const what = ids.length === 0 ? 'no workloads changed' : ids.toSorted().join(', ');
  return `Sync: ${revisionsText(revisions)}, ${what}`;
}

function revisionsText(revisions: readonly string[]): string {
  const [newest] = revisions;
  if (newest === undefined) return '<no revision>';
  if (revisions.length <= 2) return newest.slice(0, 7);
  return `${revisions.at(-1)?.slice(0, 7)}..${newest.slice(0, 7)}`;
}

function revisionsIn(commits: unknown): string[] {
  if (!Array.isArray(commits)) return [];
  return commits.map((each: unknown) => (isRecord(each) ? String(each['revision']) : ''));
}

function releaseText(ids: readonly string[], metadata: FluxEvent['metadata']): string {
  const what = isForAll(metadata['spec']) ? 'all workloads' : ids.join(', ') || 'no workloads';
  const cause = isRecord(metadata['cause']) ? metadata['cause'] : {};
  const text = (field: string): string => {
    const found = cause[field];
    return typeof found === 'string' ? found : '';
  };
  const by = text('User') === '' ? '' : `, by ${text('User')}`;
  const message = text('Message') === '' ? '' : `, with message ${JSON.stringify(text('Message'))}`;
  return `Released: ${imagesText(metadata['result'])} to ${what}${by}${message}`;
}

function isForAll(spec: unknown): boolean {
  const image = isRecord(spec) ? spec['ReleaseImageSpec'] : undefined;
  const ids = isRecord(image) ? image['ServiceSpecs'] : undefined;
  return Array.isArray(ids) && ids.includes('<all>');
}

/** The images that workloads have got, each once. */
function imagesText(result: unknown): string {
  const images = new Set<string>();
  for (const each of Object.values(isRecord(result) ? result : {})) {
    const containers = isRecord(each) ? each['PerContainer'] : undefined;
    for (const container of Array.isArray(containers) ? (containers as unknown[]) : []) {
      if (isRecord(container)) images.add(String(container['Target']));
    }
  }
  return images.size === 0 ? 'no image changes' : [...images].toSorted().join(', ');
}
