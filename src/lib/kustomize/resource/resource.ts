import { isRecord } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { cloneData, setField } from './blank.ts';
import { effectiveNamespace, groupVersion } from './res-id.ts';
import type { Gvk, ResId } from './res-id.ts';
import { scalarText } from './scalar-text.ts';

/** What a generator asks for when the object is there already. */
export type Behavior = 'unspecified' | 'create' | 'replace' | 'merge';

interface PreviousName {
  readonly name: string;
  readonly namespace: string;
  readonly kind: string;
}

/**
 * An object on its way through a build, with what the build remembers of it. Kustomize keeps these
 * notes in annotations; here they are fields, so that no patch can see them.
 */
export class Resource {
  /** Undefined once a patch deleted it. */
  object: JsonRecord;
  previous: PreviousName[] = [];
  prefixes: string[] = [];
  suffixes: string[] = [];
  nameChangeAllowed = false;
  kindChangeAllowed = false;
  behavior: Behavior = 'unspecified';
  needsHash = false;
  varNames: string[] = [];

  constructor(object: JsonRecord) {
    this.object = object;
  }

  get isEmpty(): boolean {
    return Object.keys(this.object).length === 0;
  }

  get kind(): string {
    return scalarText(this.object['kind'] ?? '');
  }

  get apiVersion(): string {
    return scalarText(this.object['apiVersion'] ?? '');
  }

  get gvk(): Gvk {
    return { ...groupVersion(this.apiVersion), kind: this.kind };
  }

  get name(): string {
    return this.metaText('name');
  }

  set name(name: string) {
    this.setMeta('name', name);
  }

  get namespace(): string {
    return this.metaText('namespace');
  }

  /** An empty text removes the field. */
  set namespace(namespace: string) {
    this.setMeta('namespace', namespace === '' ? undefined : namespace);
  }

  get id(): ResId {
    return { ...this.gvk, name: this.name, namespace: this.namespace };
  }

  /** The ids it had before, oldest first. */
  get previousIds(): ResId[] {
    const { group, version } = this.gvk;
    return this.previous.map((each) => ({ group, version, ...each }));
  }

  /** The id under which the files know it. */
  get originalId(): ResId {
    return this.previousIds[0] ?? this.id;
  }

  get anyIds(): ResId[] {
    return [...this.previousIds, this.id];
  }

  rememberId(): void {
    const id = this.id;
    this.previous.push({ name: id.name, namespace: effectiveNamespace(id), kind: id.kind });
  }

  /** Labels or annotations as texts; empty when there are none. */
  metaMap(field: 'labels' | 'annotations'): Record<string, string> {
    const map = this.metadata()?.[field];
    if (!isRecord(map)) return {};
    const out: Record<string, string> = {};
    for (const [key, value] of Object.entries(map)) setField(out, key, scalarText(value));
    return out;
  }

  /** Writes labels or annotations; an empty map removes the field. */
  setMetaMap(field: 'labels' | 'annotations', map: Readonly<Record<string, string>>): void {
    this.setMeta(field, Object.keys(map).length === 0 ? undefined : { ...map });
  }

  copy(): Resource {
    const out = new Resource(cloneData(this.object));
    Object.assign(out, {
      previous: [...this.previous],
      prefixes: [...this.prefixes],
      suffixes: [...this.suffixes],
      nameChangeAllowed: this.nameChangeAllowed,
      kindChangeAllowed: this.kindChangeAllowed,
      behavior: this.behavior,
      needsHash: this.needsHash,
      varNames: [...this.varNames],
    });
    return out;
  }

  private metadata(): JsonRecord | undefined {
    const metadata = this.object['metadata'];
    return isRecord(metadata) ? metadata : undefined;
  }

  private metaText(field: string): string {
    const value = this.metadata()?.[field];
    return value === null ? '' : scalarText(value);
  }

  private setMeta(field: string, value: unknown): void {
    let metadata = this.metadata();
    if (metadata === undefined) {
      if (value === undefined) return;
      metadata = {};
      setField(this.object, 'metadata', metadata);
    }
    if (value === undefined) Reflect.deleteProperty(metadata, field);
    else setField(metadata, field, value);
  }
}
