import { isRecord, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import { objectBody, readBody } from '../http/body.ts';
import { badRequest, conflict } from '../http/status-error.ts';
import { writeOptions } from '../http/write-options.ts';
import { respondData } from '../present/respond.ts';
import { nowText, type Call } from '../server-state.ts';
import { userAgentOf } from '../verbs/create.ts';
import { changeObject } from '../write/update.ts';

/** POST of a Binding: puts a pod on a node, once. */
export async function bindPod(call: Call): Promise<Response> {
  return bindTo(call, objectBody(await readBody(call.request), 'Binding'));
}

/** POST to `/bindings`, as old schedulers do: the body's own name says which pod. */
export async function bindByName(call: Call): Promise<Response> {
  const body = objectBody(await readBody(call.request), 'Binding');
  const name = isRecord(body['metadata']) ? String(body['metadata']['name'] ?? '') : '';
  const resource = call.state.resources.find('', 'v1', 'pods');
  if (name === '' || !resource) throw badRequest('metadata.name: Required value');
  const target = { ...call.target, plural: 'pods', name, subresource: 'binding' };
  return bindTo({ ...call, resource, target }, body);
}

async function bindTo(call: Call, body: JsonRecord): Promise<Response> {
  const node = isRecord(body['target']) ? body['target']['name'] : undefined;
  if (typeof node !== 'string' || node === '') throw badRequest('target.name: Required value');
  const options = writeOptions(call.query, 'CreateOptions', {
    userAgent: userAgentOf(call),
    apply: false,
  });
  const next = (pod: KubeObject): KubeObject => bound(call, pod, node);
  const { changed, stored } = await changeObject(call, {
    next,
    options,
    subresource: 'binding',
    trusted: true,
  });
  if (changed && stored) await call.state.store.durable();
  return respondData(call, success, 201);
}

/** The answer of subresources that only do something. */
export const success: JsonRecord = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  code: 201,
};

function bound(call: Call, pod: KubeObject, node: string): KubeObject {
  const spec = isRecord(pod['spec']) ? pod['spec'] : {};
  const status = isRecord(pod['status']) ? pod['status'] : {};
  const { name, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined)
    throw conflict(
      { group: '', plural: 'pods/binding' },
      name,
      `pod ${name} is being deleted, cannot be assigned to a host`,
    );
  if (spec['nodeName'])
    throw conflict(
      { group: '', plural: 'pods/binding' },
      name,
      `pod ${name} is already assigned to node "${spec['nodeName']}"`,
    );
  const conditions = Array.isArray(status['conditions'])
    ? status['conditions'].filter(isRecord)
    : [];
  const scheduled = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: nowText(call.state.clock),
  };
  return {
    ...pod,
    spec: { ...spec, nodeName: node },
    status: {
      ...status,
      conditions: [...conditions.filter(({ type }) => type !== 'PodScheduled'), scheduled],
    },
  };
}
