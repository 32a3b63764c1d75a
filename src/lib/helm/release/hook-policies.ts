import { KnownError, isRecord } from '../../../base/index.ts';
import type { KubeObject } from '../../../base/index.ts';
import { kinds } from '../../kube/index.ts';
import { buildObjects } from './objects.ts';
import type { ActionPorts } from './ports.ts';
import type { Release, StoredHook } from './release.ts';
import { naming, problemsOf } from './several-errors.ts';
import { waitGone } from './wait.ts';

export type HookDeletePolicy = 'before-hook-creation' | 'hook-succeeded' | 'hook-failed';

/** When a hook's objects are deleted: before they are made again, unless the hook says otherwise. */
export function policiesOf(hook: StoredHook): readonly string[] {
  const said = hook.delete_policies ?? [];
  return said.length === 0 ? ['before-hook-creation'] : said;
}

/** Deletes a hook's objects, and waits until they are gone, when that is the hook's policy. */
export async function cleanUpHook(
  ports: ActionPorts,
  { namespace }: Pick<Release, 'namespace'>,
  what: { hook: StoredHook; policy: HookDeletePolicy; timeoutMs: number },
): Promise<void> {
  const { hook, policy, timeoutMs } = what;
  // Deleting a definition would delete all its objects, whoever made them.
  if (hook.kind === 'CustomResourceDefinition' || !policiesOf(hook).includes(policy)) return;
  const entries = await naming(
    `unable to build kubernetes object for deleting hook ${hook.path}`,
    () => buildObjects(ports.cluster, hook.manifest, { namespace }),
  );
  const problems = await problemsOf(entries, ({ object, resource }) =>
    ports.cluster.delete(resource, object.metadata, { propagation: 'Background' }),
  );
  const [first] = problems;
  if (first !== undefined) {
    const text = problems.map(({ message }) => message).join('; ');
    throw new KnownError(first.code, text, { cause: first });
  }
  await waitGone(ports, entries, timeoutMs);
}

/** Gives the logs of a hook's pods to whoever listens, when the hook's output-log policy wants that. Never fails. */
export async function tellHookLogs(
  ports: ActionPorts,
  { namespace }: Pick<Release, 'namespace'>,
  { hook, policy }: { hook: StoredHook; policy: 'hook-succeeded' | 'hook-failed' },
): Promise<void> {
  const listen = ports.hookOutput;
  if (listen === undefined || !(hook.output_log_policies ?? []).includes(policy)) return;
  try {
    for (const pod of await podsOf(ports, namespace, hook)) {
      for (const container of containersOf(pod)) {
        listen({ ...(await logOf(ports, pod, container)), container });
      }
    }
  } catch (thrown) {
    if (ports.signal.aborted || !(thrown instanceof KnownError)) throw thrown;
    ports.log.warn('the logs of a hook could not be read', {
      hook: hook.path,
      err: thrown.message,
    });
  }
}

async function podsOf(
  { cluster }: ActionPorts,
  own: string,
  hook: StoredHook,
): Promise<KubeObject[]> {
  if (hook.kind !== 'Job' && hook.kind !== 'Pod') return [];
  const [entry] = await buildObjects(cluster, hook.manifest, { namespace: own });
  const namespace = entry?.object.metadata.namespace ?? own;
  const query =
    hook.kind === 'Job'
      ? { labelSelector: `job-name=${hook.name}` }
      : { fieldSelector: `metadata.name=${hook.name}` };
  return (await cluster.list(kinds.Pod, { namespace, ...query })).items;
}

function containersOf(pod: KubeObject): string[] {
  const spec = isRecord(pod['spec']) ? pod['spec'] : {};
  const containers = Array.isArray(spec['containers']) ? spec['containers'] : [];
  return containers.flatMap((each) =>
    isRecord(each) && typeof each['name'] === 'string' ? [each['name']] : [],
  );
}

async function logOf(
  { cluster }: ActionPorts,
  { metadata: { namespace = '', name } }: KubeObject,
  container: string,
): Promise<{ namespace: string; pod: string; text: string }> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`;
  const answer = await cluster.raw(`${path}?container=${encodeURIComponent(container)}`);
  return { namespace, pod: name, text: await answer.text() };
}
