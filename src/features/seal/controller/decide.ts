import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ObjectMeta } from '../../../base/index.ts';
import { annotations } from '../../../api/sealed-secret/index.ts';
import type { SealedSecret } from '../../../api/sealed-secret/index.ts';
import { orderedMetadata } from '../secret/secret-object.ts';
import type { SecretObject } from '../secret/secret-object.ts';

/** What is to be done with the Secret of a SealedSecret. */
export type SecretDecision =
  | { readonly is: 'create'; readonly secret: SecretObject }
  | { readonly is: 'replace'; readonly secret: SecretObject }
  | { readonly is: 'same' }
  /** Somebody else's Secret of that name: hands off. */
  | { readonly is: 'unmanaged'; readonly message: string };

function has({ metadata }: KubeObject, annotation: string): boolean {
  return metadata.annotations?.[annotation] === 'true';
}

/** Whether the SealedSecret is the controlling owner. */
export function isControlledBy(secret: KubeObject, { metadata }: KubeObject): boolean {
  const owners = secret.metadata.ownerReferences ?? [];
  return owners.some((owner) => owner.controller === true && owner.uid === metadata.uid);
}

/** Whether the controller may take a Secret over. */
export function isManaged(secret: KubeObject): boolean {
  return has(secret, annotations.managed);
}

/** Says why the controller must keep its hands off; undefined when it need not. */
export function refusalOf(live: KubeObject, sealed: SealedSecret): string | undefined {
  const isOurs = isControlledBy(live, sealed) || isManaged(live) || has(live, annotations.patch);
  return isOurs
    ? undefined
    : `Resource ${JSON.stringify(live.metadata.name)} already exists and is not managed by SealedSecret`;
}

/** Compares what was unsealed with what is there. Pure. */
export function decideSecret(
  sealed: SealedSecret,
  unsealed: SecretObject,
  live: SecretObject | undefined,
): SecretDecision {
  if (live === undefined) return { is: 'create', secret: unsealed };
  const refusal = refusalOf(live, sealed);
  if (refusal !== undefined) return { is: 'unmanaged', message: refusal };
  const secret = has(live, annotations.patch) ? patched(live, unsealed) : replaced(live, unsealed);
  return isSame(live, secret) ? { is: 'same' } : { is: 'replace', secret };
}

function patched(live: SecretObject, unsealed: SecretObject): SecretObject {
  const { metadata } = unsealed;
  const owners = isManaged(live) ? metadata.ownerReferences : live.metadata.ownerReferences;
  return withType(
    {
      ...live,
      metadata: {
        ...live.metadata,
        labels: { ...live.metadata.labels, ...metadata.labels },
        annotations: { ...live.metadata.annotations, ...metadata.annotations },
        ...(owners === undefined ? {} : { ownerReferences: owners }),
      },
      data: { ...live.data, ...unsealed.data },
    },
    unsealed.type,
  );
}

function replaced(live: SecretObject, { metadata, data, type }: SecretObject): SecretObject {
  const next: ObjectMeta = { ...live.metadata };
  for (const field of ['labels', 'annotations', 'ownerReferences'] as const) {
    delete next[field];
    if (metadata[field] !== undefined) Object.assign(next, { [field]: metadata[field] });
  }
  return withType({ ...live, metadata: next, data: { ...data } }, type);
}

/** The type is always that of the SealedSecret; an empty one is what the server makes of it: Opaque. */
function withType(secret: SecretObject, type: string | undefined): SecretObject {
  return { ...secret, type: type || 'Opaque' };
}

function isSame(a: SecretObject, b: SecretObject): boolean {
  const view = ({ metadata, data = {}, type }: SecretObject): unknown => [
    orderedMetadata(metadata),
    { ...data },
    type,
  ];
  return isDeepStrictEqual(view(a), view(b));
}
