import { createHash } from 'node:crypto';
import type { Release } from '../../../lib/helm/index.ts';
import { stringify } from '../../../lib/yaml/index.ts';
import { annotate } from '../antecedent.ts';
import type { WantedRelease } from '../wanted.ts';
import { publish, setPhase, timed } from './acting.ts';
import type { Acting } from './acting.ts';

/** What is done when a revision stands: its objects say whose they are, and the status what is released. */
export async function succeed(
  acting: Acting,
  done: { wanted: WantedRelease; release: Release; action: 'install' | 'upgrade' },
): Promise<void> {
  const { wanted, release, action } = done;
  const { object, run } = acting;
  if (object.spec.test?.enable !== true) await setPhase(acting, 'Deployed');
  await timed(acting, 'annotate', () => annotate(acting.cluster, release, { owner: object, run }));
  const isOlder = object.origin !== undefined;
  await setPhase(acting, 'Succeeded', {
    revision: wanted.revision,
    releaseName: release.name,
    releaseStatus: release.info.status,
    ...(isOlder ? { valuesChecksum: checksumOf(wanted) } : {}),
  });
  publish(acting, { action, revision: release.version });
}

function checksumOf({ values }: WantedRelease): string {
  return createHash('sha256').update(stringify(values)).digest('hex');
}
