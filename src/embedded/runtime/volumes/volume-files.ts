import { KnownError, type KubeObject } from '../../../base/index.ts';
import type { KeyToPath, Pod, Projection, Volume } from '../pod/pod.ts';
import { fieldValue, resourceValue, type PodFacts } from './fields.ts';
import type { FolderOf } from './claims.ts';
import type { SourceKind, Sources } from './sources.ts';
import type { VolumeFile } from './write-volume.ts';

const usualMode = 0o644;

/** Gives a token for the pod's service account; undefined when this cluster gives none. */
export type TokenFor = (
  pod: Pod,
  wish: { audience?: string; expirationSeconds?: number },
) => Promise<string | undefined>;

export interface VolumePorts {
  readonly sources: Sources;
  readonly tokenFor: TokenFor;
  readonly folderOf: FolderOf;
}

/** A ConfigMap or Secret that a volume shows. */
export interface Reference {
  readonly kind: SourceKind;
  readonly name: string;
}

/** The objects whose changes change the volume. Pure. */
export function referencesOf(volume: Volume): Reference[] {
  const found: Array<Reference | undefined> = [
    volume.configMap && { kind: 'ConfigMap', name: volume.configMap.name ?? '' },
    volume.secret && { kind: 'Secret', name: volume.secret.secretName ?? '' },
    ...(volume.projected?.sources ?? []).flatMap(({ configMap, secret }): Reference[] => [
      ...(configMap ? [{ kind: 'ConfigMap' as const, name: configMap.name ?? '' }] : []),
      ...(secret ? [{ kind: 'Secret' as const, name: secret.name ?? '' }] : []),
    ]),
  ];
  return found.filter((each) => each !== undefined);
}

/** The files of a volume as they should be now; undefined when the volume is no set of files (emptyDir …). */
export async function volumeFiles(
  pod: Pod,
  volume: Volume,
  facts: PodFacts,
  ports: VolumePorts,
): Promise<VolumeFile[] | undefined> {
  const { configMap, secret, downwardAPI, projected } = volume;
  const at: At = { pod, facts, ports, mode: usualMode };
  if (configMap)
    return keyFiles({ ...at, mode: configMap.defaultMode ?? usualMode }, 'ConfigMap', configMap);
  if (secret) {
    const named = secret.secretName === undefined ? {} : { name: secret.secretName };
    return keyFiles({ ...at, mode: secret.defaultMode ?? usualMode }, 'Secret', {
      ...secret,
      ...named,
    });
  }
  if (downwardAPI)
    return downwardFiles({ ...at, mode: downwardAPI.defaultMode ?? usualMode }, downwardAPI);
  if (!projected) return undefined;
  const files: VolumeFile[] = [];
  for (const source of projected.sources ?? [])
    files.push(
      ...(await projectionFiles({ ...at, mode: projected.defaultMode ?? usualMode }, source)),
    );
  return files;
}

interface At {
  readonly pod: Pod;
  readonly facts: PodFacts;
  readonly ports: VolumePorts;
  readonly mode: number;
}

async function projectionFiles(at: At, source: Projection): Promise<VolumeFile[]> {
  if (source.configMap) return keyFiles(at, 'ConfigMap', source.configMap);
  if (source.secret) return keyFiles(at, 'Secret', source.secret);
  if (source.downwardAPI) return downwardFiles(at, source.downwardAPI);
  const wish = source.serviceAccountToken;
  if (wish === undefined) return [];
  const token = await at.ports.tokenFor(at.pod, wish);
  return token === undefined
    ? []
    : [{ path: wish.path, content: Buffer.from(token), mode: at.mode }];
}

interface Keyed {
  readonly name?: string;
  readonly items?: KeyToPath[];
  readonly optional?: boolean;
}

async function keyFiles(at: At, kind: SourceKind, wanted: Keyed): Promise<VolumeFile[]> {
  const { namespace = '' } = at.pod.metadata;
  const { name = '', items, optional = false } = wanted;
  const object = await at.ports.sources.get(kind, { namespace, name });
  const noun = kind.toLowerCase();
  if (object === undefined) {
    if (optional) return [];
    throw new KnownError('not-found', `${noun} "${name}" not found`);
  }
  const content = contentOf(object);
  if (items === undefined)
    return [...content].map(([path, bytes]) => ({ path, content: bytes, mode: at.mode }));
  return items.flatMap(({ key, path, mode = at.mode }) => {
    const bytes = content.get(key);
    if (bytes !== undefined) return [{ path, content: bytes, mode }];
    if (optional) return [];
    throw new KnownError('not-found', `references non-existent ${noun} key: ${key}`);
  });
}

/** Keys and bytes of a ConfigMap (data, binaryData) or Secret (base64). */
export function contentOf(object: KubeObject): Map<string, Buffer> {
  const map = (field: string): Array<[string, string]> =>
    Object.entries((object[field] ?? {}) as Record<string, string>);
  const isSecret = object.kind === 'Secret';
  const plain = map('data').map(
    ([key, value]) => [key, Buffer.from(value, isSecret ? 'base64' : 'utf8')] as const,
  );
  const binary = map('binaryData').map(
    ([key, value]) => [key, Buffer.from(value, 'base64')] as const,
  );
  return new Map([...plain, ...binary]);
}

function downwardFiles(
  at: At,
  { items = [] }: { items?: NonNullable<Volume['downwardAPI']>['items'] },
): VolumeFile[] {
  return items.map(({ path, fieldRef, resourceFieldRef, mode = at.mode }) => {
    const field = fieldRef && fieldValue(at.pod, fieldRef.fieldPath, at.facts);
    const resource = resourceFieldRef && resourceValue(at.pod, resourceFieldRef);
    return { path, content: Buffer.from(field ?? resource ?? ''), mode };
  });
}
