import { invalid } from '../../../base/index.ts';
import type { Files, FileTree } from './file-tree.ts';

const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The path of a folder's kustomization file; undefined when it has none. The root is the empty path. */
export function kustomizationFileIn(files: Files, dir: string): string | undefined {
  const start = dir === '' || dir === '.' ? '' : `${dir.replace(/\/$/, '')}/`;
  return names.map((name) => start + name).find((path) => files.has(path));
}

/** The name and text of the folder's kustomization file; none or several is a fault. */
export function readKustomizationFile(tree: FileTree): { name: string; text: string } {
  const [name, ...more] = names.filter((each) => tree.has(each));
  if (name === undefined) {
    throw invalid(
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${tree.shownRoot}'`,
    );
  }
  if (more.length > 0) {
    throw invalid(`Found multiple kustomization files under: ${tree.shownRoot}\n`);
  }
  return { name, text: tree.text(name) };
}
