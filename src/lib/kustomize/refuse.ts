import { KnownError } from '../../base/index.ts';
import type { Kustomization } from './read/kustomization.ts';

/** Refuses what would run programs or read beyond the given files. */
export function refuseUnsupported(kustomization: Kustomization): void {
  if (kustomization.helm) {
    throw new KnownError(
      'unsupported',
      'helmCharts cannot be built here: render the chart as a HelmRelease, or commit its manifests',
    );
  }
  for (const field of ['generators', 'transformers', 'validators'] as const) {
    if (kustomization[field].length === 0) continue;
    throw new KnownError(
      'unsupported',
      `${field} cannot be built here: use the built-in fields of the kustomization file`,
    );
  }
}
