import { invalid, isRecord } from '../../base/index.ts';
import type { KubeObject } from '../../base/index.ts';
import { stringify } from '../yaml/index.ts';
import { fieldSpec } from './config/field-spec.ts';
import { addHashes } from './generate/hash.ts';
import { dropNotes } from './origin.ts';
import type { Resource } from './resource/resource.ts';
import { gather, loadTarget, nothingGathered } from './target.ts';
import { setPairs } from './transform/metadata.ts';
import { updateReferences } from './transform/name-references.ts';
import { sortObjects } from './transform/sort.ts';
import { resolveVars } from './transform/vars.ts';
import { FileTree } from './tree/file-tree.ts';
import type { Files } from './tree/file-tree.ts';

export interface KustomizeInput {
  /** The repository: content by path, `/` between the parts and none before the first. */
  readonly files: Files;
  /** The folder to build; empty or `.` for the root. */
  readonly dir: string;
}

export interface Kustomized {
  /** The objects in the order of the text. */
  readonly objects: readonly KubeObject[];
  /** What `kubectl kustomize` prints. */
  readonly text: string;
}

/** What kubectl's own build of kustomize calls itself. */
const managedBy = 'kustomize-(devel)';
const localConfig = 'config.kubernetes.io/local-config';

/**
 * Builds a folder that has a kustomization file, as `kubectl kustomize DIR` does. Opens nothing but
 * the given files. Throws `KnownError('invalid')` with kustomize's text for what is wrong in them, and
 * `KnownError('unsupported')` for Helm charts and plugins.
 */
export function buildKustomization({ files, dir }: KustomizeInput): Kustomized {
  const target = loadTarget(new FileTree(files, dir));
  const gathered = nothingGathered();
  gather(target, gathered);
  const { objects, config, vars } = gathered;
  addHashes(objects);
  updateReferences(objects, config);
  resolveVars(objects, vars, config);
  const kept = objects.filter(isForCluster);
  const sorted = sortObjects(kept, target.kustomization.sortOptions);
  if (target.kustomization.buildMetadata.includes('managedByLabel')) {
    const specs = [fieldSpec('metadata/labels', {}, true)];
    setPairs(sorted, { 'app.kubernetes.io/managed-by': managedBy }, specs);
  }
  for (const each of sorted) dropNotes(each, target.kustomization.buildMetadata);
  return {
    objects: sorted.map((each) => each.object as unknown as KubeObject),
    text: sorted.map(textOf).join('---\n'),
  };
}

/** Objects marked as configuration of local tools stay out. */
function isForCluster(resource: Resource): boolean {
  if (resource.isEmpty) return false;
  const mark = resource.metaMap('annotations')[localConfig];
  return mark === undefined || mark === 'false';
}

function textOf(resource: Resource): string {
  const bad = notFinite(resource.object);
  if (bad !== undefined) throw invalid(`json: unsupported value: ${bad}`);
  return stringify(resource.object);
}

function notFinite(value: unknown): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : `${value > 0 ? '+' : '-'}Inf`;
  }
  if (Array.isArray(value)) return value.map(notFinite).find((each) => each !== undefined);
  if (!isRecord(value)) return undefined;
  return Object.values(value)
    .map(notFinite)
    .find((each) => each !== undefined);
}
