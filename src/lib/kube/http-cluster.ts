import { KnownError, type Key, type Kind, type KubeObject } from '../../base/index.ts';
import type { Transport } from '../http/index.ts';
import type { Cluster, DeleteHow, Query, WriteHow } from './cluster.ts';
import { createDiscovery } from './discovery.ts';
import { parseWith } from './parse.ts';
import { errorOf } from './status-error.ts';
import { watchObjects } from './watch.ts';

export interface ConnectOptions {
  readonly transport: Transport;
  /** Begins the field manager of writes that name none; `trice` unless told otherwise. */
  readonly userAgent?: string;
}

type Call = (path: string, init?: RequestInit) => Promise<unknown>;

/** A client over a transport. The transport gets absolute URLs of the host `cluster.local`. */
export function connect({ transport, userAgent = 'trice' }: ConnectOptions): Cluster {
  const raw = (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (!headers.has('accept')) headers.set('accept', 'application/json');
    headers.set('user-agent', userAgent);
    return transport(new Request(new URL(path, 'https://cluster.local'), { ...init, headers }));
  };
  const call: Call = async (path, init) => {
    const answer = await raw(path, init);
    if (!answer.ok) throw await errorOf(answer);
    return answer.json();
  };
  const discovery = createDiscovery((path, accept) => raw(path, { headers: { accept } }));
  return {
    raw,
    resources: discovery.resources,
    resourceOf: discovery.resourceOf,
    version: async () =>
      (await call('/version')) as { major: string; minor: string; gitVersion: string },
    watch: (kind, query) => watchObjects(kind, listPath(kind, query), query, raw),
    ...readVerbs(call),
    ...writeVerbs(call),
  };
}

function readVerbs(call: Call): Pick<Cluster, 'get' | 'list'> {
  return {
    async get(kind, key) {
      const path = objectPath(kind, key);
      return unlessAbsent(call(path).then((found) => parseWith(kind, found)));
    },
    async list(kind, query = {}) {
      const found = (await call(listPath(kind, query))) as {
        items: KubeObject[] | null;
        metadata: { resourceVersion: string };
      };
      // Items of a list of built-ins carry neither kind nor apiVersion.
      const items = (found.items ?? []).map((item) =>
        parseWith(kind, { ...item, apiVersion: kind.apiVersion, kind: kind.kind }),
      );
      return { items, version: found.metadata.resourceVersion };
    },
  };
}

function writeVerbs(
  call: Call,
): Pick<Cluster, 'create' | 'replace' | 'patch' | 'apply' | 'delete'> {
  const send = (
    method: string,
    path: string,
    body: unknown,
    type = 'application/json',
  ): Promise<unknown> =>
    call(path, { method, body: JSON.stringify(body), headers: { 'content-type': type } });
  return {
    async create(kind, object, how) {
      const path = withQuery(collectionPath(kind, object.metadata.namespace), writeQuery(how));
      return parseWith(kind, await send('POST', path, object));
    },
    async replace(kind, object, how) {
      return parseWith(kind, await send('PUT', objectPath(kind, object.metadata, how), object));
    },
    async patch(kind, key, patch, how) {
      const type = how.type === 'strategic' ? 'strategic-merge-patch' : `${how.type}-patch`;
      return parseWith(
        kind,
        await send('PATCH', objectPath(kind, key, how), patch, `application/${type}+json`),
      );
    },
    async apply(kind, object, how) {
      const path = withQuery(
        objectPath(kind, object.metadata, how),
        how.force ? { force: 'true' } : {},
      );
      return parseWith(kind, await send('PATCH', path, object, 'application/apply-patch+yaml'));
    },
    async delete(kind, key, how = {}) {
      const path = withQuery(objectPath(kind, key), how.dryRun ? { dryRun: 'All' } : {});
      await unlessAbsent(send('DELETE', path, deleteOptions(how)));
    },
  };
}

async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof KnownError && thrown.code === 'not-found') return undefined;
    throw thrown;
  }
}

function collectionPath(kind: Kind, namespace: string | undefined): string {
  const root = kind.apiVersion.includes('/')
    ? `/apis/${kind.apiVersion}`
    : `/api/${kind.apiVersion}`;
  const inside =
    kind.namespaced && namespace !== undefined
      ? `/namespaces/${encodeURIComponent(namespace)}`
      : '';
  return `${root}${inside}/${kind.plural}`;
}

function objectPath(kind: Kind, { namespace, name }: Key, how: WriteHow = {}): string {
  if (kind.namespaced && namespace === undefined) {
    throw new KnownError(
      'invalid',
      `${kind.kind} ${name} is namespaced, but no namespace was given`,
    );
  }
  const sub = how.subresource === undefined ? '' : `/${how.subresource}`;
  return withQuery(
    `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}${sub}`,
    writeQuery(how),
  );
}

function listPath(kind: Kind, { namespace, labelSelector, fieldSelector }: Query): string {
  return withQuery(collectionPath(kind, namespace), {
    ...(labelSelector ? { labelSelector } : {}),
    ...(fieldSelector ? { fieldSelector } : {}),
  });
}

function writeQuery({ fieldManager, dryRun }: WriteHow = {}): Record<string, string> {
  return { ...(fieldManager ? { fieldManager } : {}), ...(dryRun ? { dryRun: 'All' } : {}) };
}

function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  if (text === '') return path;
  return `${path}${path.includes('?') ? '&' : '?'}${text}`;
}

function deleteOptions({
  propagation,
  gracePeriodSeconds,
  preconditions,
}: DeleteHow): Record<string, unknown> {
  return {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: propagation ?? 'Background',
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}
