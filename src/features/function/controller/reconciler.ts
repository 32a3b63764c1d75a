import { isRecord, KnownError } from '../../../base/index.ts';
import type { Key, KubeObject, Run } from '../../../base/index.ts';
import { functionKind, parseFunction } from '../../../api/function/index.ts';
import type { FunctionObject } from '../../../api/function/index.ts';
import { runController } from '../../../lib/controller/index.ts';
import type { Controller, Reconciler } from '../../../lib/controller/index.ts';
import { kinds, recordEvent, watchCache } from '../../../lib/kube/index.ts';
import type { Cluster } from '../../../lib/kube/index.ts';
import type { FunctionSettings } from '../settings.ts';
import { decideFunction } from './decide.ts';
import type { FunctionStep, FunctionView } from './decide.ts';
import { functionStatus } from './status.ts';
import type { SecretFacts } from './pod-parts.ts';

const component = 'openfaas-operator';

/** Function → Deployment and Service, kept so: what is changed or deleted by hand comes back at once. */
export function functionReconciler(
  cluster: Cluster,
  settings: FunctionSettings,
): Reconciler<FunctionObject, FunctionView, FunctionStep> {
  return {
    kind: functionKind,
    observe: (object) => observe(cluster, object),
    decide: (object, view) => decideFunction(parseFunction(object), view, settings),
    act: (object, step, run) => act(cluster, object, step, run),
    nameOf: ({ do: what, object }) => `${what} ${object.kind}`,
    status: functionStatus,
  };
}

async function observe(cluster: Cluster, object: FunctionObject): Promise<FunctionView> {
  const { spec, metadata } = parseFunction(object);
  const key: Key = { namespace: metadata.namespace ?? 'default', name: spec.name };
  const names = [...new Set(spec.secrets)];
  const [deployment, service, ...secrets] = await Promise.all([
    cluster.get(kinds.Deployment, key),
    cluster.get(kinds.Service, key),
    ...names.map((name) => cluster.get(kinds.Secret, { ...key, name })),
  ]);
  return {
    deployment,
    service,
    secrets: secrets.flatMap((each) => (each === undefined ? [] : [factsOf(each)])),
    missingSecrets: names.filter((_name, at) => secrets[at] === undefined),
  };
}

/** Only names leave here: what a Secret holds is nobody's business. */
function factsOf({ metadata, type, data }: KubeObject): SecretFacts {
  return {
    name: metadata.name,
    type: typeof type === 'string' ? type : 'Opaque',
    keys: isRecord(data) ? Object.keys(data) : [],
  };
}

async function act(
  cluster: Cluster,
  about: FunctionObject,
  { do: what, object }: FunctionStep,
  run: Run,
): Promise<void> {
  const kind = object.kind === 'Service' ? kinds.Service : kinds.Deployment;
  const how = { fieldManager: component };
  try {
    if (what === 'create') await cluster.create(kind, object, how);
    else if (what === 'replace') await cluster.replace(kind, object, how);
    else await cluster.delete(kind, object.metadata, { propagation: 'Background' });
  } catch (thrown) {
    // Somebody was quicker: the next round looks at what there is now.
    if (thrown instanceof KnownError && thrown.code === 'conflict') return;
    throw thrown;
  }
  const message = `${object.kind} ${object.metadata.name}: ${what}d`;
  await recordEvent(
    cluster,
    { about, type: 'Normal', reason: 'Synced', message, source: component },
    run,
  );
}

/** Runs the reconciler, woken by its functions, by what they own and by the secrets they name. */
export function runFunctionController(
  cluster: Cluster,
  settings: FunctionSettings,
  run: Run,
): Controller {
  const functions = watchCache(cluster, functionKind, run);
  const ports = {
    cluster,
    clock: run.clock,
    log: run.log,
    name: component,
    wake: (enqueue: (key: Key) => void) => {
      for (const kind of [kinds.Deployment, kinds.Service]) {
        watchCache(cluster, kind, run).onChange(({ object }) => {
          const owner = object.metadata.ownerReferences?.find((each) => each.kind === 'Function');
          const { namespace } = object.metadata;
          if (owner && namespace !== undefined) enqueue({ namespace, name: owner.name });
        });
      }
      watchCache(cluster, kinds.Secret, run).onChange(({ object }, before) => {
        if (before !== undefined && sameKeys(object, before)) return;
        const { namespace, name } = object.metadata;
        for (const each of functions.list(namespace)) {
          if (each.spec?.secrets?.includes(name)) enqueue(each.metadata);
        }
      });
    },
  };
  return runController(functionReconciler(cluster, settings), ports, run.signal);
}

function sameKeys(a: KubeObject, b: KubeObject): boolean {
  return factsOf(a).keys.toSorted().join('\n') === factsOf(b).keys.toSorted().join('\n');
}
