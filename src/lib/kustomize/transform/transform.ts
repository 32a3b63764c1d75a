import { markTransformed } from '../origin.ts';
import type { Gathered, Target } from '../target.ts';
import { setImages } from './images.ts';
import { addAnnotations, labelSteps } from './metadata.ts';
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

/** One change, under the name that kustomize has for it. */
interface Step {
  readonly name: string;
  readonly run: () => void;
}

/** Changes the objects as a kustomization asks, in kustomize's order; all patches are read first. */
export function transform(target: Target, gathered: Gathered): void {
  const { objects } = gathered;
  const file = target.origin?.below(target.fileName);
  for (const { name, run } of stepsOf(target, gathered)) {
    run();
    const kept = objects.filter((each) => !each.isEmpty);
    objects.splice(0, objects.length, ...kept);
    if (file !== undefined) for (const each of objects) markTransformed(each, file, name);
  }
}

function stepsOf(target: Target, gathered: Gathered): Step[] {
  return [...patchSteps(target, gathered), ...fieldSteps(target, gathered)];
}

function patchSteps({ tree, kustomization }: Target, { objects }: Gathered): Step[] {
  const strategic = loadStrategicPatches(tree, kustomization.patchesStrategicMerge);
  const patches = kustomization.patches.map((each) => loadPatch(tree, each));
  return [
    ...step(kustomization.patchesStrategicMerge.length > 0, 'PatchStrategicMergeTransformer', () =>
      applyStrategicPatches(objects, strategic),
    ),
    ...patches.map((each) => ({
      name: 'PatchTransformer',
      run: () => applyPatch(objects, each),
    })),
  ];
}

function step(isWanted: boolean, name: string, run: () => void): Step[] {
  return isWanted ? [{ name, run }] : [];
}

function fieldSteps({ tree, kustomization: k }: Target, { objects, config }: Gathered): Step[] {
  const operations = k.patchesJson6902.map((each) => loadJsonPatch(tree, each));
  const replacements = loadReplacements(tree, k.replacements);
  const has = (text: string | undefined): text is string => text !== undefined && text !== '';
  const { namespace, namePrefix, nameSuffix } = k;
  return [
    ...step(has(namespace), 'NamespaceTransformer', () => setNamespace(objects, k, config)),
    ...step(has(namePrefix), 'PrefixTransformer', () => addPrefix(objects, k, config)),
    ...step(has(nameSuffix), 'SuffixTransformer', () => addSuffix(objects, k, config)),
    ...labelSteps(objects, k, config).map((run) => ({ name: 'LabelTransformer', run })),
    ...step(Object.keys(k.commonAnnotations ?? {}).length > 0, 'AnnotationsTransformer', () =>
      addAnnotations(objects, k, config),
    ),
    ...operations.map((each) => ({
      name: 'PatchJson6902Transformer',
      run: () => applyJsonPatch(objects, each),
    })),
    ...k.replicas.map((each) => ({
      name: 'ReplicaCountTransformer',
      run: () => setReplicas(objects, each, config),
    })),
    ...k.images.map((each) => ({
      name: 'ImageTagTransformer',
      run: () => setImages(objects, each, config),
    })),
    ...step(k.replacements.length > 0, 'ReplacementTransformer', () =>
      replace(objects, replacements),
    ),
  ];
}
