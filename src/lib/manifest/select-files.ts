import { invalid } from '../../base/index.ts';

/** Which paths of a repository are manifests, and which of the wanted roots are not there. */
export interface SelectedFiles<T> {
  readonly files: T[];
  /** Roots that name nothing in this revision. */
  readonly missing: string[];
}

/**
 * Flux's reading rules over a list of paths: `.yaml` and `.yml` below the roots (all, when none is
 * named), in lexical order, leaving out everything under a folder that holds a chart (both
 * `Chart.yaml` and `values.yaml`). A root may be a file.
 */
export function selectFiles<T extends { readonly path: string }>(
  all: readonly T[],
  roots: readonly string[],
): SelectedFiles<T> {
  const wanted = roots.map(cleanRoot);
  const charts = chartFolders(all);
  const isWanted = (path: string): boolean =>
    wanted.length === 0 || wanted.some((root) => isUnder(path, root));
  const files = all
    .filter(({ path }) => /\.ya?ml$/.test(path) && isWanted(path) && !isInChart(path, charts))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const missing = wanted.filter((root) => !all.some(({ path }) => isUnder(path, root)));
  return { files, missing };
}

/** A root without `./`, doubled or closing slashes; `''` is the whole repository. Throws on `/x` and `..`. */
export function cleanRoot(root: string): string {
  if (root.startsWith('/')) throw invalid(`git path "${root}" must not begin with /`);
  const parts = root.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw invalid(`git path "${root}" must not leave the repository`);
  return parts.join('/');
}

/** Whether a path is a root or lies below it; `''` is the root of all. */
export function isUnder(path: string, root: string): boolean {
  return root === '' || path === root || path.startsWith(`${root}/`);
}

/** Folders that hold a chart: both `Chart.yaml` and `values.yaml`. */
export function chartFolders(all: ReadonlyArray<{ readonly path: string }>): Set<string> {
  const paths = new Set(all.map(({ path }) => path));
  const folders = new Set<string>();
  for (const path of paths) {
    const folder = path === 'Chart.yaml' ? '' : /^(.*)\/Chart\.yaml$/.exec(path)?.[1];
    if (folder === undefined) continue;
    if (paths.has(folder === '' ? 'values.yaml' : `${folder}/values.yaml`)) folders.add(folder);
  }
  return folders;
}

/** Whether a path lies in one of these folders. */
export function isInChart(path: string, charts: ReadonlySet<string>): boolean {
  if (charts.has('')) return true;
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    if (charts.has(path.slice(0, at))) return true;
  }
  return false;
}
