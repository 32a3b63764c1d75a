import type { ContainerSpec, Pod } from '../pod/pod.ts';
import type { EngineName } from './engine.ts';

interface Security {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly privileged?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly add?: string[]; readonly drop?: string[] };
  readonly seccompProfile?: { readonly type?: string };
}

/** A securityContext of a pod. */
export interface PodSecurity extends Security {
  readonly fsGroup?: number;
  readonly supplementalGroups?: number[];
  readonly sysctls?: Array<{ name: string; value: string }>;
}

/** The pod's settings with the container's own over them. Pure. */
export function securityOf(pod: Pod, spec: ContainerSpec): PodSecurity {
  return {
    ...((pod.spec['securityContext'] ?? {}) as PodSecurity),
    ...((spec['securityContext'] ?? {}) as Security),
  };
}

/** A pod's and a container's securityContext as options of `run`. Pure. */
export function securityArguments(engine: EngineName, pod: Pod, spec: ContainerSpec): string[] {
  const wanted = securityOf(pod, spec);
  return [...userArguments(wanted), ...powerArguments(engine, wanted)];
}

function userArguments({
  runAsUser,
  runAsGroup,
  supplementalGroups = [],
  fsGroup,
}: PodSecurity): string[] {
  const groups = fsGroup === undefined ? supplementalGroups : [...supplementalGroups, fsGroup];
  const user = runAsUser ?? (runAsGroup === undefined ? undefined : 0);
  const name = runAsGroup === undefined ? String(user) : `${user}:${runAsGroup}`;
  return [
    ...(user === undefined ? [] : ['--user', name]),
    ...groups.flatMap((each) => ['--group-add', String(each)]),
  ];
}

function powerArguments(engine: EngineName, wanted: PodSecurity): string[] {
  const { add = [], drop = [] } = wanted.capabilities ?? {};
  const isPodman = engine === 'podman';
  const isReadOnly = wanted.readOnlyRootFilesystem === true;
  const options: Array<readonly [boolean, readonly string[]]> = [
    [wanted.privileged === true, ['--privileged']],
    [isReadOnly, ['--read-only']],
    [isReadOnly && isPodman, ['--read-only-tmpfs=false']],
    [wanted.allowPrivilegeEscalation === false, ['--security-opt', 'no-new-privileges']],
    [wanted.seccompProfile?.type === 'Unconfined', ['--security-opt', 'seccomp=unconfined']],
    // Volumes are folders of ours: relabelling them for each pod would lock the others out.
    [isPodman, ['--security-opt', 'label=disable']],
  ];
  return [
    ...add.flatMap((each) => ['--cap-add', each]),
    ...drop.flatMap((each) => ['--cap-drop', each]),
    ...options.flatMap(([isWanted, args]) => (isWanted ? args : [])),
  ];
}
