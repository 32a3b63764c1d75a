import { KnownError, isRecord } from '../../../base/index.ts';
import type { JsonRecord, KubeObject } from '../../../base/index.ts';
import type { FunctionObject } from '../../../api/function/index.ts';
import type { Decision } from '../../../lib/controller/index.ts';
import type { FunctionSettings } from '../settings.ts';
import { covers } from './covers.ts';
import { deploymentOf, replicasOf, serviceOf, specAnnotation } from './deployment.ts';
import type { SecretFacts } from './pod-parts.ts';

/** What is there for one function. */
export interface FunctionView {
  readonly deployment: KubeObject | undefined;
  readonly service: KubeObject | undefined;
  readonly secrets: readonly SecretFacts[];
  /** Named by the function, but not there. */
  readonly missingSecrets: readonly string[];
}

/** One write. */
export interface FunctionStep {
  readonly do: 'create' | 'replace' | 'delete';
  readonly object: KubeObject;
}

const recheckMs = 30_000;

/**
 * What is to happen next for a function.
 * @throws {KnownError} when a secret is missing, a quantity is wrong, or the name belongs to somebody else.
 */
export function decideFunction(
  object: FunctionObject,
  view: FunctionView,
  settings: FunctionSettings,
): Decision<FunctionStep> {
  const [missing] = view.missingSecrets;
  if (missing !== undefined) {
    throw new KnownError('not-found', `secret "${missing}" not found: create it in this namespace`);
  }
  for (const each of [view.deployment, view.service]) refuseForeign(object, each);
  const wanted = deploymentOf(object, view.secrets, settings);
  return (
    decideDeployment(wanted, view.deployment, object) ??
    decideService(serviceOf(object), view.service) ??
    decideRollout(view.deployment!)
  );
}

function refuseForeign(object: FunctionObject, found: KubeObject | undefined): void {
  if (found === undefined) return;
  const { uid } = object.metadata;
  const owners = found.metadata.ownerReferences ?? [];
  if (owners.some((owner) => owner.controller === true && owner.uid === uid)) return;
  throw new KnownError(
    'exists',
    `Resource ${JSON.stringify(found.metadata.name)} already exists and is not managed by OpenFaaS`,
  );
}

function decideDeployment(
  wanted: KubeObject,
  live: KubeObject | undefined,
  { spec }: FunctionObject,
): Decision<FunctionStep> | undefined {
  if (live === undefined) {
    return act('create', wanted, `Deployment ${wanted.metadata.name} does not exist`);
  }
  const liveSpec = recordOf(live.spec);
  const wantedSpec = recordOf(wanted.spec);
  if (!covers(liveSpec.selector, wantedSpec.selector, ['matchLabels'])) {
    return act('delete', live, 'its selector is another one and cannot be changed');
  }
  const replicas = replicasOf(spec, liveSpec.replicas as number | undefined);
  const next = merged(live, wanted, { ...liveSpec, ...wantedSpec, replicas });
  const same =
    covers(live.spec, next.spec, exactFields) &&
    covers(live.metadata.annotations, next.metadata.annotations) &&
    sameSize(live.metadata.annotations, next.metadata.annotations);
  return same ? undefined : act('replace', next, `Deployment ${wanted.metadata.name} differs`);
}

const exactFields = ['labels', 'nodeSelector', 'resources', 'limits', 'requests', 'matchLabels'];

/** The live object with what we ask for in its place; annotations of others stay, ours of before go. */
function merged(live: KubeObject, wanted: KubeObject, spec: JsonRecord): KubeObject {
  const before = annotationsOfSpec(live.metadata.annotations?.[specAnnotation]);
  const kept = Object.entries(live.metadata.annotations ?? {}).filter(([key]) => !(key in before));
  const { metadata } = live;
  return {
    ...live,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...wanted.metadata.labels },
      annotations: { ...Object.fromEntries(kept), ...wanted.metadata.annotations },
    },
    spec: { ...spec, template: withRestart(recordOf(live.spec), recordOf(spec.template)) },
  };
}

/** `kubectl rollout restart` writes into the template; a sync must not take that back. */
function withRestart(liveSpec: JsonRecord, template: JsonRecord): JsonRecord {
  const key = 'kubectl.kubernetes.io/restartedAt';
  const stamp = recordOf(recordOf(recordOf(liveSpec.template).metadata).annotations)[key];
  if (stamp === undefined) return template;
  const metadata = recordOf(template.metadata);
  const annotations = { ...recordOf(metadata.annotations), [key]: stamp };
  return { ...template, metadata: { ...metadata, annotations } };
}

function annotationsOfSpec(text: string | undefined): JsonRecord {
  try {
    return recordOf(recordOf(JSON.parse(text ?? '{}')).annotations);
  } catch {
    return {};
  }
}

function decideService(
  wanted: KubeObject,
  live: KubeObject | undefined,
): Decision<FunctionStep> | undefined {
  if (live === undefined) {
    return act('create', wanted, `Service ${wanted.metadata.name} does not exist`);
  }
  if (covers(live.spec, wanted.spec, ['selector'])) return undefined;
  const spec = { ...recordOf(live.spec), ...recordOf(wanted.spec) };
  return act('replace', { ...live, spec }, `Service ${wanted.metadata.name} differs`);
}

function decideRollout(deployment: KubeObject): Decision<FunctionStep> {
  const spec = recordOf(deployment.spec);
  const status = recordOf(deployment.status);
  const count = (name: string): number => (typeof status[name] === 'number' ? status[name] : 0);
  const asked = typeof spec.replicas === 'number' ? spec.replicas : 1;
  const isSeen = count('observedGeneration') >= (deployment.metadata.generation ?? 0);
  const isRolled = count('updatedReplicas') >= asked && count('replicas') <= asked;
  if (isSeen && isRolled && count('availableReplicas') >= asked) {
    return { is: 'done', because: asked === 0 ? 'Scaled to zero' : 'All replicas are available' };
  }
  const have = count('availableReplicas');
  return { is: 'wait', because: `${have} of ${asked} replicas are available`, recheckMs };
}

function act(
  what: FunctionStep['do'],
  object: KubeObject,
  because: string,
): Decision<FunctionStep> {
  return { is: 'act', step: { do: what, object }, because };
}

function recordOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

function sameSize(a: object | undefined, b: object | undefined): boolean {
  return Object.keys(a ?? {}).length === Object.keys(b ?? {}).length;
}
