import type { Gathered, Target } from '../target.ts';
import { setImages } from './images.ts';
import { addAnnotations, addLabels } from './metadata.ts';
import { addPrefix, addSuffix } from './names.ts';
import { setNamespace } from './namespace.ts';
import {
  applyJsonPatch,
  applyPatch,
  applyStrategicPatches,
  loadJsonPatch,
  loadPatch,
  loadStrategicPatches,
} from './patches.ts';
import { loadReplacements, replace } from './replacements.ts';
import { setReplicas } from './replicas.ts';

/** Changes the objects as a kustomization asks, in kustomize's order; all patches are read first. */
export function transform({ tree, kustomization }: Target, { objects, config }: Gathered): void {
  const strategic = loadStrategicPatches(tree, kustomization.patchesStrategicMerge);
  const patches = kustomization.patches.map((each) => loadPatch(tree, each));
  const operations = kustomization.patchesJson6902.map((each) => loadJsonPatch(tree, each));
  const replacements = loadReplacements(tree, kustomization.replacements);
  applyStrategicPatches(objects, strategic);
  for (const each of patches) {
    applyPatch(objects, each);
    dropEmpty(objects);
  }
  setNamespace(objects, kustomization, config);
  addPrefix(objects, kustomization, config);
  addSuffix(objects, kustomization, config);
  addLabels(objects, kustomization, config);
  addAnnotations(objects, kustomization, config);
  for (const each of operations) applyJsonPatch(objects, each);
  setReplicas(objects, kustomization, config);
  setImages(objects, kustomization, config);
  replace(objects, replacements);
}

function dropEmpty(objects: Gathered['objects']): void {
  const kept = objects.filter((each) => !each.isEmpty);
  objects.splice(0, objects.length, ...kept);
}
