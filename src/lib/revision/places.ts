import type { TreeFile } from '../git/index.ts';
import { parseFluxConfig } from './generate/flux-yaml.ts';
import type { FluxConfig } from './generate/flux-yaml.ts';
import type { Source } from './reading.ts';

/** The files of a revision by their paths. */
export type Tree = ReadonlyMap<string, TreeFile>;

/** How a git path is to be read. */
export type Place =
  /** File by file; kustomizations are built unless a `.flux.yaml` says `scanForFiles`. */
  | { readonly is: 'files'; readonly root: string; readonly isScan: boolean }
  | {
      readonly is: 'commands';
      /** The folder commands run in, `''` the root. */
      readonly folder: string;
      /** The `.flux.yaml`. */
      readonly file: string;
      readonly config: Exclude<FluxConfig, { is: 'scan' }>;
    };

const fileName = '.flux.yaml';

/** Finds the `.flux.yaml` of each git path: the path itself, one in its folder, or in the nearest above. */
export async function placesOf(
  source: Pick<Source, 'read'>,
  tree: Tree,
  roots: readonly string[],
): Promise<Place[]> {
  const places: Place[] = [];
  for (const root of roots) {
    const folder = tree.has(root) ? parentOf(root) : root;
    const file = candidates(folder).find((path) => tree.has(path));
    if (file === undefined) {
      places.push({ is: 'files', root, isScan: false });
      continue;
    }
    const config = parseFluxConfig((await source.read(tree.get(file)!.oid)).toString('utf8'), file);
    if (config.is === 'scan') places.push({ is: 'files', root, isScan: true });
    else places.push({ is: 'commands', folder, file, config });
  }
  return places;
}

/** The folder that a path is in; `''` the root. */
export function parentOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end === -1 ? '' : path.slice(0, end);
}

/** The folder's own `.flux.yaml`, then those of the folders above. */
function candidates(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; ; at = parentOf(at)) {
    found.push(at === '' ? fileName : `${at}/${fileName}`);
    if (at === '') return found;
  }
}
