import { isRecord, messageOf, KnownError } from '../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../base/index.ts';
import { parseDocuments } from '../yaml/index.ts';
import type { Manifest, ManifestFailure, ManifestFile, Manifests } from './manifest.ts';

/** Reads every file by itself: one that cannot be read is a failure, the others go on. */
export function parseManifests(files: Iterable<ManifestFile>): Manifests {
  const manifests: Manifest[] = [];
  const failures: ManifestFailure[] = [];
  for (const file of files) {
    try {
      manifests.push(...parseManifestFile(file));
    } catch (thrown) {
      failures.push(failureOf(file.path, thrown));
    }
  }
  return { manifests, failures };
}

/**
 * The objects of one file, Lists expanded. Documents without a kind are ignored, as Flux does; a
 * document that is not a map, or an object without a name, throws a `KnownError('invalid')`.
 */
export function parseManifestFile(file: ManifestFile): Manifest[] {
  return parseDocuments(file.text, { file: file.path }).flatMap(({ value, line }, document) => {
    if (!isRecord(value)) {
      throw new KnownError('invalid', `${file.path}: a document is not a map of fields`, {
        where: { file: file.path, line },
      });
    }
    return objectsOf(value, { file: file.path, line, document, at: [] });
  });
}

type Place = Omit<Manifest, 'object'>;

function objectsOf(value: JsonRecord, place: Place): Manifest[] {
  const { kind, items } = value;
  if (typeof kind !== 'string' || kind === '') return [];
  if (kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item: unknown, index) =>
      isRecord(item) ? objectsOf(item, { ...place, at: [...place.at, 'items', index] }) : [],
    );
  }
  return [{ ...place, object: checkedObject(value, place) }];
}

function checkedObject(value: JsonRecord, place: Place): KubeObject {
  const { apiVersion, metadata } = value;
  if (typeof apiVersion !== 'string' || apiVersion === '')
    throw missing('apiVersion', value, place);
  if (!isRecord(metadata) || typeof metadata['name'] !== 'string' || metadata['name'] === '') {
    throw missing('metadata.name', value, place);
  }
  return value as KubeObject;
}

function missing(field: string, value: JsonRecord, place: Place): KnownError {
  return new KnownError('invalid', `${place.file}: a ${String(value['kind'])} has no ${field}`, {
    where: { file: place.file, line: place.line },
  });
}

function failureOf(path: string, thrown: unknown): ManifestFailure {
  if (!(thrown instanceof KnownError)) throw thrown;
  const line = thrown.where?.line;
  return { file: path, message: messageOf(thrown), ...(line === undefined ? {} : { line }) };
}
