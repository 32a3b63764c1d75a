import { keyText } from '../../base/index.ts';
import type { Key } from '../../base/index.ts';
import type { HelmRelease } from '../../api/helm-release/index.ts';
import { isTrue } from './status.ts';

/** The releases that one depends on. */
export function dependenciesOf(release: HelmRelease): Key[] {
  const own = release.metadata.namespace ?? 'default';
  return (release.spec.dependsOn ?? []).map(({ name, namespace }) => ({
    namespace: namespace ?? own,
    name,
  }));
}

/** What is known of dependencies: what is not there yet, or a circle that can never be. */
export type Dependencies = { readonly unmet: string | undefined } | { readonly circle: string };

/** Looks through everything that a release depends on; `get` answers from the watch. */
export function checkDependencies(
  release: HelmRelease,
  get: (key: Key) => HelmRelease | undefined,
): Dependencies {
  const circle = circleFrom(release, get);
  if (circle !== undefined) return { circle };
  for (const key of dependenciesOf(release)) {
    const problem = problemOf(get(key));
    if (problem !== undefined) {
      return { unmet: `waits for release ${keyText(key)}, which ${problem}` };
    }
  }
  return { unmet: undefined };
}

function problemOf(release: HelmRelease | undefined): string | undefined {
  if (release === undefined) return 'does not exist';
  const { status = {}, metadata } = release;
  if (metadata.deletionTimestamp !== undefined) return 'is being deleted';
  const isSeen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return isSeen && isTrue(status, 'Released') ? undefined : 'is not released yet';
}

/** `a/x → a/y → a/x`, when following dependencies leads back to the start. */
function circleFrom(
  release: HelmRelease,
  get: (key: Key) => HelmRelease | undefined,
): string | undefined {
  const home = keyText(keyOf(release));
  const seen = new Set<string>();
  const visit = (from: HelmRelease, path: readonly string[]): string | undefined => {
    for (const key of dependenciesOf(from)) {
      const id = keyText(key);
      if (id === home) return [...path, id].join(' → ');
      if (seen.has(id)) continue;
      seen.add(id);
      const next = get(key);
      const found = next && visit(next, [...path, id]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(release, [home]);
}

function keyOf({ metadata: { namespace = 'default', name } }: HelmRelease): Key {
  return { namespace, name };
}
