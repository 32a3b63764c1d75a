import { KnownError } from '../../../base/index.ts';
import type { Cluster, Resource } from '../../kube/index.ts';
import { typeErrors, typeOf, unknownFields } from '../../schema/index.ts';
import type { ReleaseObject } from './objects.ts';
import { naming } from './several-errors.ts';

/**
 * Throws when an object has a field that its type does not have, or one of the wrong kind, so that
 * nothing is applied. Our own table of types may be older than the server: what it does not know is
 * asked there, with a dry run that stores nothing. Custom resources are the server's matter.
 */
export async function refuseUnknownFields(
  cluster: Cluster,
  entries: readonly ReleaseObject[],
  from: string,
): Promise<void> {
  await naming(`unable to build kubernetes objects from ${from}`, async () => {
    for (const entry of entries) {
      if (isDoubtful(entry)) await askServer(cluster, entry);
    }
  });
}

function isDoubtful({ object }: ReleaseObject): boolean {
  const type = typeOf(object.apiVersion, object.kind);
  if (type === undefined) return false;
  return unknownFields(type, object).length > 0 || typeErrors(type, object).length > 0;
}

async function askServer(cluster: Cluster, { object, resource }: ReleaseObject): Promise<void> {
  const place = collectionPath(resource, object.metadata.namespace);
  const answer = await cluster.raw(`${place}?dryRun=All&fieldValidation=Strict&fieldManager=helm`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(object),
  });
  const text = await answer.text();
  // Everything else (the object is there, its namespace is not) is found when it is applied.
  if (answer.status !== 400) return;
  throw new KnownError('invalid', `error validating "": error validating data: ${messageIn(text)}`);
}

function collectionPath({ group, version, plural }: Resource, namespace?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${place}/${plural}`;
}

function messageIn(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text);
  } catch {
    return text;
  }
}
