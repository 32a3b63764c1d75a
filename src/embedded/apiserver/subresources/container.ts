import { isRecord, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import { badRequest } from '../http/status-error.ts';

/** The container that is meant: the one named, or the only one. */
export function chooseContainer(pod: KubeObject, asked: string | null): string {
  const spec = isRecord(pod['spec']) ? pod['spec'] : {};
  const names = (field: string): string[] => listOf(spec, field).map(({ name }) => String(name));
  const [containers, inits] = [names('containers'), names('initContainers')];
  const all = [...containers, ...inits, ...names('ephemeralContainers')];
  const { name } = pod.metadata;
  if (asked !== null && asked !== '') {
    if (all.includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  if (containers.length === 1) return containers[0]!;
  const initText = inits.length === 0 ? '' : ` or one of the init containers: [${inits.join(' ')}]`;
  throw badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]${initText}`,
  );
}

function listOf(of: JsonRecord, field: string): JsonRecord[] {
  const list = of[field];
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
