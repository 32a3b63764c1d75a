import { amount } from '../volumes/fields.ts';
import type { ContainerToStart, Mount } from '../driver.ts';
import type { ContainerSpec, Pod } from '../pod/pod.ts';
import type { EngineName } from './engine.ts';
import { infraName, labels } from './inspect.ts';
import type { PodNetwork } from './network/cluster-network.ts';
import { domain } from './network/inside/state.ts';
import { insideEnv } from './network/service-range.ts';
import { pauseImage } from './pause-image.ts';
import { securityArguments, type PodSecurity } from './security.ts';

/** What the containers of one pod have in common. */
export interface PodArguments {
  readonly engine: EngineName;
  /** Given by the user, for hosts that need them. */
  readonly extra: readonly string[];
  readonly platform: string;
  readonly pod: Pod;
  /** Absent: the engine's own network, without services and their names. */
  readonly network?: PodNetwork | undefined;
}

/** `run` for the container that holds the pod's network. Pure. */
export function infraArguments(common: PodArguments): string[] {
  const { extra, pod, network } = common;
  const { spec, metadata } = pod;
  const isHost = spec['hostNetwork'] === true;
  const aliases = (spec['hostAliases'] ?? []) as Array<{ ip: string; hostnames?: string[] }>;
  const { sysctls = [] } = (spec['securityContext'] ?? {}) as PodSecurity;
  return [
    'run',
    '-d',
    ...extra,
    ...named(common, infraName, 0),
    ...(isHost
      ? ['--network', 'host']
      : [
          ...(network === undefined ? [] : ['--network', network.name]),
          '--hostname',
          (spec.hostname ?? metadata.name).slice(0, 63),
          ...publish(spec),
        ]),
    '--ipc',
    spec['hostIPC'] === true ? 'host' : 'shareable',
    ...nameArguments(pod, network),
    ...aliases.flatMap(({ ip, hostnames = [] }) =>
      hostnames.flatMap((each) => ['--add-host', `${each}:${ip}`]),
    ),
    ...(isHost ? [] : sysctls.flatMap(({ name, value }) => ['--sysctl', `${name}=${value}`])),
    pauseImage,
  ];
}

/** `run` for a container of the pod, inside the infra container's network. Pure. */
export function memberArguments(
  common: PodArguments,
  container: ContainerToStart,
  infra: string,
): { readonly args: string[]; readonly env: Record<string, string> } {
  const { engine, extra, pod } = common;
  const { spec, command = [], args = [] } = container;
  const [entrypoint, ...rest] = command;
  const { network } = common;
  const env = network === undefined ? container.env : insideEnv(network.range, container.env);
  const environment = environmentArguments(env);
  return {
    env: environment.env,
    args: [
      'run',
      '-d',
      ...extra,
      ...named(common, spec.name, container.attempt),
      '--network',
      `container:${infra}`,
      '--ipc',
      pod.spec['hostIPC'] === true ? 'host' : `container:${infra}`,
      // Docker takes the host name from the network's container of itself.
      ...(engine === 'podman' ? ['--uts', `container:${infra}`] : []),
      ...processSpace(pod, infra),
      '--log-driver',
      engine === 'podman' ? 'k8s-file' : 'json-file',
      // It is the runtime that reads it; the engine's copy only has to outlive our restart.
      '--log-opt',
      'max-size=50m',
      ...environment.args,
      ...container.mounts.flatMap(mountArguments),
      ...(spec.workingDir === undefined ? [] : ['--workdir', spec.workingDir]),
      ...(spec.tty === true ? ['-t'] : []),
      ...(spec.stdin === true ? ['-i'] : []),
      ...limits(spec),
      ...securityArguments(engine, pod, spec),
      ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
      spec.image,
      ...rest,
      ...args,
    ],
  };
}

/** Who is asked for names: the cluster by default, besides what the pod says itself. */
function nameArguments(pod: Pod, network: PodNetwork | undefined): string[] {
  const {
    nameservers = [],
    searches = [],
    options = [],
  } = (pod.spec['dnsConfig'] ?? {}) as DnsConfig;
  const own = network !== undefined && asksCluster(pod) ? clusterNames(pod, network) : none;
  const isDotted = options.some(({ name }) => name === 'ndots');
  const all = [...(isDotted ? [] : own.options), ...options];
  return [
    ...[...own.nameservers, ...nameservers].flatMap((each) => ['--dns', each]),
    ...[...own.searches, ...searches].flatMap((each) => ['--dns-search', each]),
    ...all.flatMap(({ name, value }) => [
      '--dns-option',
      value === undefined ? name : `${name}:${value}`,
    ]),
  ];
}

function asksCluster({ spec }: Pod): boolean {
  const { dnsPolicy = 'ClusterFirst', hostNetwork } = spec as {
    dnsPolicy?: string;
    hostNetwork?: boolean;
  };
  return dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
}

function clusterNames({ metadata }: Pod, network: PodNetwork): Required<DnsConfig> {
  const zone = `svc.${domain}`;
  return {
    nameservers: [network.dns],
    searches: [`${metadata.namespace}.${zone}`, zone, domain],
    options: [{ name: 'ndots', value: '5' }],
  };
}

const none: Required<DnsConfig> = { nameservers: [], searches: [], options: [] };

interface DnsConfig {
  readonly nameservers?: string[];
  readonly searches?: string[];
  readonly options?: Array<{ name: string; value?: string }>;
}

function named({ platform, pod }: PodArguments, container: string, attempt: number): string[] {
  const { name, namespace = '', uid = '' } = pod.metadata;
  const marks: Array<[string, string]> = [
    [labels.platform, platform],
    [labels.uid, uid],
    [labels.pod, `${namespace}/${name}`],
    [labels.container, container],
    [labels.attempt, String(attempt)],
  ];
  const short = container === infraName ? 'infra' : container;
  return [
    '--name',
    `trice_${short}_${name}_${namespace}_${uid}_${attempt}`,
    ...marks.flatMap(([label, value]) => ['--label', `${label}=${value}`]),
  ];
}

/** Every declared port, on a loopback port that the engine picks; hostPorts where they are wanted. */
function publish(spec: Pod['spec']): string[] {
  const found = new Set<string>();
  for (const { ports = [] } of [...spec.containers, ...(spec.initContainers ?? [])])
    for (const { containerPort, protocol = 'TCP', ...more } of ports) {
      if (protocol === 'SCTP') continue;
      const { hostPort, hostIP = '' } = more as { hostPort?: number; hostIP?: string };
      const kind = protocol.toLowerCase();
      found.add(`127.0.0.1::${containerPort}/${kind}`);
      if (hostPort) found.add(`${hostIP && `${hostIP}:`}${hostPort}:${containerPort}/${kind}`);
    }
  return [...found].flatMap((each) => ['--publish', each]);
}

function processSpace({ spec }: Pod, infra: string): string[] {
  if (spec['hostPID'] === true) return ['--pid', 'host'];
  return spec['shareProcessNamespace'] === true ? ['--pid', `container:${infra}`] : [];
}

/** Names that the engine's own program listens to; they cannot go through its environment. */
const engineNames =
  /^(PATH|HOME|USER|TMPDIR|LD_|XDG_|DBUS_|DOCKER_|CONTAINER|PODMAN_|STORAGE_|BUILDAH_|REGISTRY_|GO|SSL_|HTTPS?_PROXY|NO_PROXY|ALL_PROXY|https?_proxy|no_proxy|_)/;

/** Values go through the engine's environment, where other users of the machine cannot read them. */
function environmentArguments(all: Readonly<Record<string, string>>): {
  args: string[];
  env: Record<string, string>;
} {
  const args: string[] = [];
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) {
    const isOpen = engineNames.test(name);
    args.push('--env', isOpen ? `${name}=${value}` : name);
    if (!isOpen) env[name] = value;
  }
  return { args, env };
}

function mountArguments({ mountPath, hostPath, readOnly }: Mount): string[] {
  const fields = ['type=bind', `source=${hostPath}`, `target=${mountPath}`];
  if (readOnly) fields.push('readonly');
  // The option is a line of CSV.
  const quoted = fields.map((each) =>
    /[",]/.test(each) ? `"${each.replaceAll('"', '""')}"` : each,
  );
  return ['--mount', quoted.join(',')];
}

function limits({ resources = {} }: ContainerSpec): string[] {
  const { cpu, memory } = resources.limits ?? {};
  const share = resources.requests?.['cpu'] ?? cpu;
  return [
    ...(cpu === undefined ? [] : ['--cpus', String(amount(cpu))]),
    ...(memory === undefined ? [] : ['--memory', `${Math.ceil(amount(memory))}b`]),
    ...(share === undefined
      ? []
      : ['--cpu-shares', String(Math.max(2, Math.round(amount(share) * 1024)))]),
  ];
}
