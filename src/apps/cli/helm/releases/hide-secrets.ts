import { KnownError, isRecord } from '../../../../base/index.ts';
import { unmarshal } from '../../../../lib/helm/index.ts';
import type { Release } from '../../../../lib/helm/index.ts';
import type { Call, Flag } from '../../cobra/index.ts';

/** `--hide-secret`, for dry runs. */
export const hideSecretFlag: Flag = {
  name: 'hide-secret',
  type: 'bool',
  usage: 'hide Kubernetes Secrets when also using the --dry-run flag',
};

/** Helm's refusal of `--hide-secret` outside a dry run. */
export function checkHideSecret({ flags }: Call, isDry: boolean): void {
  if (!flags.bool('hide-secret') || isDry) return;
  throw new KnownError('invalid', 'Hiding Kubernetes secrets requires a dry-run mode');
}

const start = '---\n# Source: ';

/** The release as it is shown: with `--hide-secret` its Secrets have no content. */
export function withoutSecrets({ flags }: Call, release: Release): Release {
  if (!flags.bool('hide-secret')) return release;
  const [before = '', ...documents] = release.manifest.split(start);
  const shown = documents.map((document) => {
    const end = document.indexOf('\n') + 1;
    const isHidden = isSecret(document.slice(end));
    const body = '# HIDDEN: The Secret output has been suppressed\n';
    return start + (isHidden ? document.slice(0, end) + body : document);
  });
  return { ...release, manifest: before + shown.join('') };
}

function isSecret(text: string): boolean {
  const value = unmarshal(text);
  return isRecord(value) && value['kind'] === 'Secret' && value['apiVersion'] === 'v1';
}
