import os from 'node:os';
import { KnownError, messageOf, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import { kinds, type Cluster } from '../../../lib/kube/index.ts';
import type { LoopPorts } from '../loop-ports.ts';
import { shapes, type Node } from '../objects.ts';
import { timeText } from '../time.ts';

const leaseSeconds = 40;
const renewMs = 10_000;
const statusMs = 300_000;

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** What nobody measures here, and the one that is true while this process runs. */
const conditions = [
  [
    'MemoryPressure',
    'False',
    'KubeletHasSufficientMemory',
    'kubelet has sufficient memory available',
  ],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

/** The node as `kubectl describe node` shows it. `kubeletVersion` is the API's version. */
export function nodeObject(name: string, kubeletVersion: string, now: Date): Node {
  const time = timeText(now);
  const architecture = architectures[process.arch] ?? process.arch;
  const operatingSystem = process.platform === 'win32' ? 'windows' : process.platform;
  const size = {
    cpu: String(os.availableParallelism()),
    memory: `${Math.floor(os.totalmem() / 1024)}Ki`,
    pods: '110',
    'ephemeral-storage': '100Gi',
  };
  const times = { lastHeartbeatTime: time, lastTransitionTime: time };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': operatingSystem,
        'kubernetes.io/arch': architecture,
        'beta.kubernetes.io/os': operatingSystem,
        'beta.kubernetes.io/arch': architecture,
        'node-role.kubernetes.io/control-plane': '',
      },
    },
    spec: {},
    status: {
      capacity: size,
      allocatable: size,
      conditions: conditions.map(([type, status, reason, message]) => ({
        type,
        status,
        ...times,
        reason,
        message,
      })),
      addresses: [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: nodeInfo({ kubeletVersion, operatingSystem, architecture }),
    },
  };
}

function nodeInfo(known: {
  readonly kubeletVersion: string;
  readonly operatingSystem: string;
  readonly architecture: string;
}): JsonRecord {
  return {
    machineID: '',
    systemUUID: '',
    bootID: '',
    kernelVersion: os.release(),
    osImage: `${os.type()} ${os.release()}`,
    containerRuntimeVersion: `trice://${process.versions.node}`,
    kubeProxyVersion: known.kubeletVersion,
    ...known,
  };
}

/** Registers the node and keeps its Lease fresh until the signal. */
export async function keepNode(ports: LoopPorts, nodeName: string): Promise<void> {
  const { cluster, clock, log, signal } = ports;
  let statusAt = 0;
  while (!signal.aborted) {
    try {
      if (clock.now().getTime() - statusAt >= statusMs) {
        await register(cluster, nodeName, clock.now());
        statusAt = clock.now().getTime();
      }
      await renew(cluster, nodeName, clock.now());
    } catch (thrown) {
      if (!signal.aborted) log.warn('the node could not be refreshed', { err: messageOf(thrown) });
    }
    await clock.sleep(renewMs, signal).catch(() => {});
  }
}

async function register(cluster: Cluster, name: string, now: Date): Promise<void> {
  const { gitVersion } = await cluster.version();
  const wanted = nodeObject(name, gitVersion, now);
  const live = await cluster.get(shapes.Node, { name });
  if (live === undefined) await cluster.create(shapes.Node, wanted);
  const since = live?.status?.conditions?.find((each) => each.type === 'Ready')?.lastTransitionTime;
  const conditions = (wanted.status?.conditions ?? []).map((each) =>
    since === undefined ? each : { ...each, lastTransitionTime: since },
  );
  const status = { ...wanted.status, conditions };
  const patch = { metadata: { labels: wanted.metadata.labels }, status };
  if (live !== undefined)
    await cluster.patch(shapes.Node, { name }, { metadata: patch.metadata }, { type: 'merge' });
  await cluster.patch(shapes.Node, { name }, { status }, { type: 'merge', subresource: 'status' });
}

async function renew(cluster: Cluster, name: string, now: Date): Promise<void> {
  const key = { namespace: 'kube-node-lease', name };
  // MicroTime has six decimals.
  const renewTime = `${now.toISOString().slice(0, 23)}000Z`;
  const spec: JsonRecord = { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime };
  try {
    await cluster.patch(kinds.Lease, key, { spec }, { type: 'merge' });
  } catch (thrown) {
    if (!(thrown instanceof KnownError && thrown.code === 'not-found')) throw thrown;
    const lease: KubeObject = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: key,
      spec,
    };
    await cluster.create(kinds.Lease, lease);
  }
}
