import { invalid, isRecord } from '../../base/index.ts';
import type { Kind, KubeObject } from '../../base/index.ts';

/** To what a sealed value is bound: namespace and name, namespace alone, or nothing. */
export type Scope = 'strict' | 'namespace-wide' | 'cluster-wide';

/** Metadata that the produced Secret will carry; name and namespace are forced to the SealedSecret's. */
export interface TemplateMetadata {
  name?: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  [field: string]: unknown;
}

/** What the produced Secret looks like besides its values. */
export interface SecretTemplate {
  metadata?: TemplateMetadata | null;
  type?: string;
  immutable?: boolean;
  /** Go templates over the opened values. */
  data?: Record<string, string> | null;
}

export interface SealedSecretSpec {
  /** Key to sealed value, base64. */
  encryptedData: Record<string, string>;
  /** The deprecated whole-Secret blob, base64; opened, never produced. */
  data?: string;
  template?: SecretTemplate;
}

export interface SealedSecretCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  lastUpdateTime?: string;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
}

export interface SealedSecretStatus {
  observedGeneration?: number;
  conditions?: SealedSecretCondition[];
}

/** An object of kind SealedSecret. */
export interface SealedSecret extends KubeObject {
  spec: SealedSecretSpec;
  status?: SealedSecretStatus;
}

const prefix = 'sealedsecrets.bitnami.com';

/** Names of the annotations that the controller and kubeseal heed; only the text `true` counts. */
export const annotations: Readonly<
  Record<
    'clusterWide' | 'namespaceWide' | 'managed' | 'patch' | 'skipSetOwnerReferences' | 'sealedFor',
    string
  >
> = {
  clusterWide: `${prefix}/cluster-wide`,
  namespaceWide: `${prefix}/namespace-wide`,
  managed: `${prefix}/managed`,
  patch: `${prefix}/patch`,
  skipSetOwnerReferences: `${prefix}/skip-set-owner-references`,
  /**
   * Ours: fingerprint of the key that the values are sealed for. A hint that saves trying every key,
   * never trusted; the original controller passes it over.
   */
  sealedFor: 'sealedsecrets.trice.dev/sealed-for',
};

/** The scope that an object's annotations ask for; cluster-wide wins. */
export function scopeOf(carried: Readonly<Record<string, string>> | null | undefined): Scope {
  if (carried?.[annotations.clusterWide] === 'true') return 'cluster-wide';
  return carried?.[annotations.namespaceWide] === 'true' ? 'namespace-wide' : 'strict';
}

/** Annotations with exactly this scope: the other scope annotations are taken away. */
export function withScope(
  carried: Readonly<Record<string, string>> | undefined,
  scope: Scope,
): Record<string, string> {
  const rest = { ...carried };
  delete rest[annotations.clusterWide];
  delete rest[annotations.namespaceWide];
  if (scope === 'cluster-wide') rest[annotations.clusterWide] = 'true';
  if (scope === 'namespace-wide') rest[annotations.namespaceWide] = 'true';
  return rest;
}

/**
 * A SealedSecret from what a server sent or a file holds. An `encryptedData` with a value that is
 * not text is read as an empty map, as upstream does, so that one bad object never stops a watch.
 * @throws {KnownError} `invalid` when it is no object with a name and a spec.
 */
export function parseSealedSecret(raw: unknown): SealedSecret {
  if (!isRecord(raw) || !isRecord(raw.metadata) || !isRecord(raw.spec)) {
    throw invalid('SealedSecret: metadata and spec are required');
  }
  const { spec } = raw;
  return {
    ...(raw as unknown as SealedSecret),
    spec: {
      ...spec,
      encryptedData: textsOf(spec.encryptedData),
      ...(isRecord(spec.template) ? { template: spec.template as SecretTemplate } : {}),
    },
  };
}

function textsOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  const values = Object.values(value);
  return values.every((each) => typeof each === 'string') ? (value as Record<string, string>) : {};
}

/** SealedSecret as a client addresses it; `parseSealedSecret` checks each object where it is used. */
export const sealedSecretKind: Kind<SealedSecret> = {
  apiVersion: 'bitnami.com/v1alpha1',
  kind: 'SealedSecret',
  plural: 'sealedsecrets',
  namespaced: true,
};
