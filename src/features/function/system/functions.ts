import { KnownError, isRecord, messageOf } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import { functionKind, parseFunction } from '../../../api/function/index.ts';
import type { FunctionObject } from '../../../api/function/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import { bodyOf, json, text, textField } from './answers.ts';
import { namespaceFor } from './context.ts';
import type { SystemContext } from './context.ts';
import { readDeployRequest } from './deploy-request.ts';

/** `GET /system/functions`: every function of a namespace, sorted by name. */
export async function listFunctions(context: SystemContext, url: URL): Promise<Response> {
  const namespace = await namespaceFor(context, url.searchParams.get('namespace') ?? '');
  const [functions, deployments] = await Promise.all([
    context.cluster.list(functionKind, { namespace }),
    context.cluster.list(kinds.Deployment, { namespace }),
  ]);
  const deploymentOf = new Map(deployments.items.map((each) => [each.metadata.name, each]));
  const statuses = functions.items.flatMap((raw) => {
    const object = readable(raw);
    return object === undefined
      ? []
      : [statusOf(context, object, deploymentOf.get(object.spec.name))];
  });
  return json(statuses.toSorted((a, b) => (String(a.name) < String(b.name) ? -1 : 1)));
}

/** `GET /system/function/NAME`. */
export async function getFunction(
  context: SystemContext,
  url: URL,
  name: string,
): Promise<Response> {
  const namespace = await namespaceFor(context, url.searchParams.get('namespace') ?? '');
  const object = await context.cluster.get(functionKind, { namespace, name });
  if (object === undefined) return text(404);
  const deployment = await context.cluster.get(kinds.Deployment, {
    namespace,
    name: object.spec.name || name,
  });
  return json(statusOf(context, parseFunction(object), deployment));
}

function readable(raw: FunctionObject): FunctionObject | undefined {
  try {
    return parseFunction(raw);
  } catch {
    return undefined;
  }
}

function statusOf(
  { metrics }: SystemContext,
  { spec, metadata }: FunctionObject,
  deployment: KubeObject | undefined,
): JsonRecord {
  const wanted = isRecord(deployment?.spec) ? deployment.spec.replicas : 0;
  const live = isRecord(deployment?.status) ? deployment.status : {};
  const all: JsonRecord = {
    name: spec.name,
    image: spec.image,
    namespace: metadata.namespace,
    envProcess: spec.handler,
    envVars: spec.environment,
    constraints: spec.constraints,
    secrets: spec.secrets,
    labels: { faas_function: spec.name, ...spec.labels },
    annotations: spec.annotations,
    limits: spec.limits,
    requests: spec.requests,
    readOnlyRootFilesystem: spec.readOnlyRootFilesystem,
    invocationCount: metrics.count(`${spec.name}.${metadata.namespace ?? ''}`),
    replicas: wanted,
    availableReplicas: live.availableReplicas,
    createdAt: metadata.creationTimestamp,
  };
  // Zero values are left out, as Go's omitempty does: a function at rest has no `replicas` key.
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value && !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** `POST` and `PUT /system/functions`: makes the Function, or changes the one that is there. */
export async function deployFunction(context: SystemContext, request: Request): Promise<Response> {
  const wanted = readDeployRequest(await bodyOf(request));
  const namespace = await namespaceFor(context, wanted.namespace);
  await refuseMissingSecrets(context, namespace, wanted.spec.secrets ?? []);
  const { cluster } = context;
  const metadata = { namespace, name: wanted.spec.name };
  const object: FunctionObject = {
    apiVersion: functionKind.apiVersion,
    kind: functionKind.kind,
    metadata,
    spec: wanted.spec,
  };
  const how = { fieldManager: 'openfaas-gateway' };
  try {
    const live = await cluster.get(functionKind, metadata);
    if (live === undefined) await cluster.create(functionKind, object, how);
    else {
      // The controller writes the status meanwhile: only the spec is named, so that neither is in the other's way.
      const spec = { op: 'replace', path: '/spec', value: wanted.spec };
      await cluster.patch(functionKind, metadata, [spec], { ...how, type: 'json' });
    }
  } catch (thrown) {
    if (thrown instanceof KnownError && thrown.status === 422) {
      throw new KnownError('invalid', thrown.message, { status: 400 });
    }
    throw new KnownError('failed', `Error updating function: ${messageOf(thrown)}`, {
      status: 500,
      cause: thrown,
    });
  }
  return text(202);
}

async function refuseMissingSecrets(
  { cluster }: SystemContext,
  namespace: string,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    if ((await cluster.get(kinds.Secret, { namespace, name })) !== undefined) continue;
    throw new KnownError('invalid', `unable to fetch secrets: secrets "${name}" not found`, {
      status: 400,
    });
  }
}

/** `DELETE /system/functions`. */
export async function deleteFunction(
  context: SystemContext,
  request: Request,
  url: URL,
): Promise<Response> {
  const body = await bodyOf(request);
  const name = textField(body, 'functionName');
  if (name === '') return text(400);
  const named = url.searchParams.get('namespace') ?? textField(body, 'namespace');
  const namespace = await namespaceFor(context, named);
  const { cluster } = context;
  if ((await cluster.get(functionKind, { namespace, name })) === undefined) {
    const other = await cluster.get(kinds.Deployment, { namespace, name });
    if (other === undefined) return text(404, `function ${name} not found`);
    return text(400, `Not a function: ${name}`);
  }
  await cluster.delete(functionKind, { namespace, name }, { propagation: 'Foreground' });
  return text(202);
}

/** `POST /system/scale-function/NAME`. */
export async function scaleFunction(
  context: SystemContext,
  request: Request,
  url: URL,
  name: string,
): Promise<Response> {
  const cannotParse = 'Cannot parse request. Please pass valid JSON.';
  const body = await bodyOf(request).catch(() => undefined);
  const replicas = body?.replicas ?? 0;
  if (body === undefined || !Number.isInteger(replicas) || (replicas as number) < 0) {
    return text(400, cannotParse);
  }
  const named = url.searchParams.get('namespace') ?? textField(body, 'namespace');
  const namespace = await namespaceFor(context, named);
  const key = { namespace, name };
  const { cluster } = context;
  if ((await cluster.get(functionKind, key)) === undefined) {
    return text(500, `unable to lookup function deployment ${name}`);
  }
  await cluster.patch(kinds.Deployment, key, { spec: { replicas } }, { type: 'merge' });
  return text(202);
}
