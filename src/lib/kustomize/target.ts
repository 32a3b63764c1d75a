import { invalid, KnownError, messageOf } from '../../base/index.ts';
import { loadConfig, loadCrds } from './config/load-config.ts';
import { emptyConfig, mergeConfigs } from './config/transformer-config.ts';
import type { TransformerConfig } from './config/transformer-config.ts';
import { generate } from './generate/generate.ts';
import { refuseUnsupported } from './refuse.ts';
import { isMalformed, readObjectsOf } from './read/read-objects.ts';
import { parseKustomization } from './read/kustomization.ts';
import type { Kustomization } from './read/kustomization.ts';
import { absorb, append, appendAll } from './resource/resource-list.ts';
import type { Resource } from './resource/resource.ts';
import { transform } from './transform/transform.ts';
import { addVars, mergeVars } from './transform/vars.ts';
import type { Vars } from './transform/vars.ts';
import type { FileTree } from './tree/file-tree.ts';
import { readKustomizationFile } from './tree/kustomization-file.ts';
import { markRead, originOf } from './origin.ts';
import type { Origin } from './origin.ts';

/** What a kustomization has gathered: objects, where things stand in them, and vars. */
export interface Gathered {
  readonly objects: Resource[];
  config: TransformerConfig;
  readonly vars: Vars;
}

export function nothingGathered(): Gathered {
  return { objects: [], config: emptyConfig, vars: new Map() };
}

/** A folder with its kustomization read. */
export interface Target {
  readonly tree: FileTree;
  readonly fileName: string;
  readonly kustomization: Kustomization;
  /** Where its objects come from, when the build is to tell. */
  readonly origin: Origin | undefined;
}

/** Reads a folder's kustomization; `parent` is the one that leads here. */
export function loadTarget(tree: FileTree, from?: { parent: Target; path: string }): Target {
  const { name, text } = readKustomizationFile(tree);
  const kustomization = parseKustomization(text, tree.shownRoot);
  refuseUnsupported(kustomization);
  const buildMetadata =
    from === undefined ? kustomization.buildMetadata : from.parent.kustomization.buildMetadata;
  const origin =
    from === undefined ? originOf(buildMetadata) : from.parent.origin?.below(from.path);
  return { tree, fileName: name, kustomization: { ...kustomization, buildMetadata }, origin };
}

/** Gathers and changes what a kustomization asks for, on top of what is gathered already. */
export function gather(target: Target, into: Gathered): void {
  const { kustomization, tree } = target;
  told('accumulating resources', () => {
    for (const path of kustomization.resources) addResource(target, path, into);
  });
  into.config = mergeConfigs(into.config, loadConfig(tree, kustomization.configurations));
  into.config = mergeConfigs(into.config, loadCrds(tree, kustomization.crds));
  for (const made of generate(target)) {
    told('merging from generator', () => absorb(into.objects, made));
  }
  told('accumulating components', () => {
    for (const path of kustomization.components) addComponent(target, path, into);
  });
  transform(target, into);
  told('merging vars', () => addVars(into.vars, kustomization.vars, into.objects));
}

/** A path is a file first; what is no file of objects may be a folder. */
function addResource(target: Target, path: string, into: Gathered): void {
  const fault = attempt(() => addFile(target, path, into.objects));
  if (fault === undefined) return;
  const tree = folderOrFault(target, path, fault);
  told(`accumulation err='${fault.message}'`, () => {
    addFolder({ target, path, tree, isComponent: false }, into);
  });
}

function folderOrFault(target: Target, path: string, fault: KnownError): FileTree {
  try {
    return target.tree.folder(path);
  } catch (thrown) {
    if (isMalformed(fault.message)) throw fault;
    throw invalid(`accumulation err='${fault.message}': ${messageOf(thrown)}`);
  }
}

function attempt(act: () => void): KnownError | undefined {
  try {
    act();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof KnownError) return thrown;
    throw thrown;
  }
}

function addFile({ tree, origin }: Target, path: string, into: Resource[]): void {
  const read = told(`accumulating resources from '${path}'`, () => {
    const objects: Resource[] = [];
    appendAll(objects, readObjectsOf(path, tree.text(path)));
    return objects;
  });
  if (origin !== undefined) for (const each of read) markRead(each, origin.below(path));
  told(`merging resources from '${path}'`, () => appendAll(into, read));
}

interface Folder {
  readonly target: Target;
  readonly path: string;
  readonly tree: FileTree;
  readonly isComponent: boolean;
}

function addFolder({ target, path, tree, isComponent }: Folder, into: Gathered): void {
  const root = tree.shownRoot;
  const sub = told(`couldn't make target for path '${root}'`, () =>
    loadTarget(tree, { parent: target, path }),
  );
  const { kind } = sub.kustomization;
  if (isComponent && kind !== 'Component') {
    throw invalid(`expected kind 'Component' for path '${root}' but got '${kind}'`);
  }
  if (!isComponent && kind === 'Component') {
    throw invalid(`expected kind != 'Component' for path '${root}'`);
  }
  if (isComponent) {
    // A component works on everything gathered so far, as if it were part of this kustomization.
    told(`recursed accumulation of path '${root}'`, () => gather(sub, into));
    return;
  }
  const own = nothingGathered();
  told(`recursed accumulation of path '${root}'`, () => gather(sub, own));
  told(`recursed merging from path '${root}'`, () => {
    for (const each of own.objects) append(into.objects, each);
    into.config = mergeConfigs(into.config, own.config);
    mergeVars(into.vars, own.vars.values());
  });
}

function addComponent(target: Target, path: string, into: Gathered): void {
  let tree: FileTree;
  try {
    tree = target.tree.folder(path);
  } catch (thrown) {
    throw invalid(`loader.New ${JSON.stringify(messageOf(thrown))}`);
  }
  try {
    addFolder({ target, path, tree, isComponent: true }, into);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw invalid(`accumulateDirectory: ${JSON.stringify(thrown.message)}`);
  }
}

function told<T>(start: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const where = thrown.where === undefined ? {} : { where: thrown.where };
    throw new KnownError('invalid', `${start}: ${thrown.message}`, { cause: thrown, ...where });
  }
}
