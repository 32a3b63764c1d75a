import { createHash } from 'node:crypto';
import type { HelmReleasePhase } from '../../../api/helm-release/index.ts';
import type { Release } from '../../../lib/helm/index.ts';
import { stringify } from '../../../lib/yaml/index.ts';
import { annotate } from '../antecedent.ts';
import type { WantedRelease } from '../wanted.ts';
import { observedFields, publish, setPhase, timed } from './acting.ts';
import type { Acting } from './acting.ts';

/** What is done when a revision stands: its objects say whose they are, and the status what is released. */
export async function succeed(
  acting: Acting,
  done: { wanted: WantedRelease; release: Release; action: 'install' | 'upgrade' },
): Promise<void> {
  const { wanted, release, action } = done;
  const { object, run } = acting;
  await timed(acting, 'annotate', () => annotate(acting.cluster, release, { owner: object, run }));
  await setPhase(acting, lastPhases(acting), {
    ...observedFields(object),
    revision: wanted.revision,
    releaseName: release.name,
    releaseStatus: release.info.status,
    ...(object.origin === undefined ? {} : { valuesChecksum: checksumOf(wanted) }),
  });
  publish(acting, { action, revision: release.version });
}

/** Tests have been told by now, and that it is deployed before them. */
function lastPhases({ object }: Acting): readonly HelmReleasePhase[] {
  const { phase } = object.status ?? {};
  if (object.spec.test?.enable !== true) return ['Deployed', 'Succeeded'];
  return phase === 'TestFailed' ? ['Succeeded'] : ['Tested', 'Succeeded'];
}

function checksumOf({ values }: WantedRelease): string {
  return createHash('sha256').update(stringify(values)).digest('hex');
}
