import { isRecord, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import type { TableColumn } from '../../kinds/index.ts';
import type { Wanted } from '../http/negotiate.ts';
import type { ServedResource } from '../resources/served-resource.ts';
import type { Stored } from '../store/store.ts';

/** The metadata of a list. */
export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** Turns kept objects into the JSON text of the form a client wants. */
export interface Shape {
  object(stored: Stored): string;
  list(items: readonly Stored[], meta: ListMeta): string;
  /** The object of a watch frame; Tables describe their columns only in the first. */
  frame(stored: Stored): string;
  /** The object of a bookmark. */
  bookmark(resourceVersion: string, annotations?: Readonly<Record<string, string>>): string;
}

/** The shape for a wanted form; `includeObject` is the query parameter of Tables. */
export function shapeOf(
  resource: ServedResource,
  wanted: Wanted,
  how: { readonly includeObject: string; readonly now: () => Date },
): Shape {
  if (wanted.as === 'table') return tableShape(resource, wanted.version, how);
  if (wanted.as === 'partial' || wanted.as === 'partial-list') return partialShape(resource);
  return plainShape(resource);
}

/** The object in the version that is asked for, as data. */
export function versioned(resource: ServedResource, stored: Stored): KubeObject {
  const object = resource.strategy.toVersion(stored.parse());
  return needsDefaults(resource, stored) ? resource.strategy.defaulted(object) : object;
}

function needsDefaults({ custom }: ServedResource, { revision }: Stored): boolean {
  return custom !== undefined && custom.hasDefaults && revision <= custom.schemaRevision;
}

function plainShape(resource: ServedResource): Shape {
  const { kind, apiVersion, listKind, custom } = resource;
  const head = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;
  // What is kept in the version that is asked for is answered as it is, without parsing.
  const object = (stored: Stored): string =>
    stored.text.startsWith(head) && !needsDefaults(resource, stored)
      ? stored.text
      : textInOrder(versioned(resource, stored));
  // Items of built-in lists carry no kind and apiVersion, those of custom resources do.
  const item = (stored: Stored): string => {
    const text = object(stored);
    return custom === undefined && text.startsWith(head) ? `{${text.slice(head.length)}` : text;
  };
  return {
    object,
    frame: object,
    list: (items, meta) =>
      `{"kind":${JSON.stringify(listKind)},"apiVersion":${JSON.stringify(apiVersion)},` +
      `"metadata":${JSON.stringify(meta)},"items":[${items.map(item).join(',')}]}`,
    bookmark: (resourceVersion, annotations) =>
      bookmark({ kind, apiVersion }, resourceVersion, annotations),
  };
}

function textInOrder({ kind, apiVersion, metadata, ...rest }: KubeObject): string {
  return JSON.stringify({ kind, apiVersion, metadata, ...rest });
}

function bookmark(
  { kind, apiVersion }: { readonly kind: string; readonly apiVersion: string },
  resourceVersion: string,
  annotations?: Readonly<Record<string, string>>,
): string {
  const metadata = {
    resourceVersion,
    creationTimestamp: null,
    ...(annotations ? { annotations } : {}),
  };
  return JSON.stringify({ kind, apiVersion, metadata });
}

const metaApiVersion = 'meta.k8s.io/v1';

function partialOf(stored: Stored): JsonRecord {
  const { metadata } = stored.parse();
  return { kind: 'PartialObjectMetadata', apiVersion: metaApiVersion, metadata };
}

function partialShape(_resource: ServedResource): Shape {
  const object = (stored: Stored): string => JSON.stringify(partialOf(stored));
  return {
    object,
    frame: object,
    list: (items, metadata) =>
      JSON.stringify({
        kind: 'PartialObjectMetadataList',
        apiVersion: metaApiVersion,
        metadata,
        items: items.map(partialOf),
      }),
    bookmark: (resourceVersion, annotations) =>
      bookmark(
        { kind: 'PartialObjectMetadata', apiVersion: metaApiVersion },
        resourceVersion,
        annotations,
      ),
  };
}

function tableShape(
  resource: ServedResource,
  version: string,
  how: { readonly includeObject: string; readonly now: () => Date },
): Shape {
  const table = resource.strategy.table();
  const apiVersion = `meta.k8s.io/${version}`;
  let described = false;
  const row = (stored: Stored): JsonRecord => {
    const object = versioned(resource, stored);
    return {
      cells: table.row(object, how.now()),
      ...rowObject(object, how.includeObject, version),
    };
  };
  const of = (
    rows: JsonRecord[],
    metadata: ListMeta | JsonRecord,
    columns: readonly TableColumn[],
  ): string =>
    JSON.stringify({ kind: 'Table', apiVersion, metadata, columnDefinitions: columns, rows });
  const metaOf = (stored: Stored): JsonRecord => ({ resourceVersion: String(stored.revision) });
  return {
    object: (stored) => of([row(stored)], metaOf(stored), table.columns),
    list: (items, meta) => of(items.map(row), meta, table.columns),
    frame(stored) {
      const columns = described ? [] : table.columns;
      described = true;
      return of([row(stored)], metaOf(stored), columns);
    },
    bookmark(resourceVersion, annotations) {
      const partial = JSON.parse(
        bookmark({ kind: 'PartialObjectMetadata', apiVersion }, resourceVersion, annotations),
      ) as JsonRecord;
      return of([{ cells: [], object: partial }], { resourceVersion }, []);
    },
  };
}

function rowObject(object: KubeObject, include: string, version: string): JsonRecord {
  if (include === 'None') return {};
  if (include === 'Object') return { object };
  const metadata = isRecord(object.metadata) ? object.metadata : {};
  return {
    object: { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata },
  };
}
