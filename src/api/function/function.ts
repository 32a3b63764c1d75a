import { z } from 'zod';
import { invalid } from '../../base/index.ts';
import type { Kind, KubeObject } from '../../base/index.ts';

/** Quantities in Kubernetes' text form; an empty text means: not set (faas-cli writes `cpu: ""`). */
export interface FunctionResources {
  cpu?: string | undefined;
  memory?: string | undefined;
}

/** What a person wants of a function. */
export interface FunctionSpec {
  /** Names the Deployment and the Service; usually the same as the object's name. */
  name: string;
  image: string;
  /** Command the watchdog forks; becomes the environment variable `fprocess`. */
  handler?: string | undefined;
  environment?: Record<string, string> | undefined;
  labels?: Record<string, string> | undefined;
  annotations?: Record<string, string> | undefined;
  /** Names of Secrets in the function's own namespace. */
  secrets?: string[] | undefined;
  /** `key=value` texts that become a node selector. */
  constraints?: string[] | undefined;
  limits?: FunctionResources | undefined;
  requests?: FunctionResources | undefined;
  readOnlyRootFilesystem?: boolean | undefined;
}

/** A status condition; types are `Ready`, `Healthy`, `Reconciling` and `Stalled`. */
export interface FunctionCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

/** How the function is; numbers are of its Deployment. */
export interface FunctionStatus {
  conditions?: FunctionCondition[];
  observedGeneration?: number;
  replicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
}

/** An object of kind Function. */
export interface FunctionObject extends KubeObject {
  spec: FunctionSpec;
  status?: FunctionStatus;
}

const group = 'openfaas.com';
const stored = `${group}/v1`;
const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const texts = z.record(z.string(), z.string());
const resources = z.object({ cpu: z.string().nullish(), memory: z.string().nullish() }).nullish();
const shape = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    name: z.string().nullish(),
    image: z.string().min(1, 'is required'),
    handler: z.string().nullish(),
    environment: texts.nullish(),
    labels: texts.nullish(),
    annotations: texts.nullish(),
    secrets: z.array(z.string()).nullish(),
    constraints: z.array(z.string()).nullish(),
    limits: resources,
    requests: resources,
    readOnlyRootFilesystem: z.boolean().nullish(),
  }),
});

/**
 * Checks what a server sent and gives it as the stored version: `v1alpha2` becomes `v1`, nulls are
 * dropped, and a spec without a name takes the object's own.
 * @throws {KnownError} `invalid` naming the first field that is wrong.
 */
export function parseFunction(raw: unknown): FunctionObject {
  const checked = shape.safeParse(raw);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw invalid(`Function: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
  }
  const object = checked.data as unknown as FunctionObject;
  const given = Object.entries(object.spec).filter(([, value]) => value !== null);
  const spec = { ...Object.fromEntries(given), name: object.spec.name || object.metadata.name };
  if (!dnsLabel.test(spec.name)) {
    throw invalid(`Function: spec.name: (${spec.name}) is invalid, must be a valid DNS entry`);
  }
  return { ...object, apiVersion: stored, kind: 'Function', spec: spec as FunctionSpec };
}

const named = { kind: 'Function', plural: 'functions', namespaced: true } as const;

/**
 * Function as it is stored. It does not check by itself: one bad object in a list must not hide the
 * others, so `parseFunction` is called for each where it is used.
 */
export const functionKind: Kind<FunctionObject> = { ...named, apiVersion: stored };

/** Function under its old version. */
export const functionKindV1alpha2: Kind<FunctionObject> = {
  ...named,
  apiVersion: `${group}/v1alpha2`,
};
