import { join } from 'node:path';
import { KnownError, type Run } from '../../../base/index.ts';
import { kinds } from '../../../lib/kube/index.ts';
import type {
  ContainerToStart,
  FoundContainer,
  PodDriver,
  PulledImage,
  PullHow,
  Sandbox,
} from '../driver.ts';
import { createPodVolumes, type PodVolumes } from '../volumes/pod-volumes.ts';
import { containerEnv, expand } from './env.ts';
import type { PodPorts } from './pod-life.ts';
import type { ContainerSpec, Pod } from './pod.ts';

type Found = (running: ReadonlyMap<string, FoundContainer>) => void;

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

/** What a pod has on this machine before its containers start: a driver, an address, its volumes. */
export class PodPlace {
  readonly #ports: PodPorts;
  readonly #latest: () => Pod;
  readonly #run: Run;
  readonly #tell: Tell;
  readonly #volumes: PodVolumes;
  #driver: PodDriver | undefined;
  #sandbox: Sandbox | undefined;

  constructor(ports: PodPorts, latest: () => Pod, run: Run, tell: Tell) {
    this.#ports = ports;
    this.#latest = latest;
    this.#run = run;
    this.#tell = tell;
    const { sources, tokenFor, folderOf } = ports;
    const volumePorts = { sources, tokenFor, folderOf, latest, podFacts: () => this.#facts };
    this.#volumes = createPodVolumes(latest(), join(this.dir, 'volumes'), volumePorts, run);
  }

  /** The pod's folder. */
  get dir(): string {
    return join(this.#ports.dir, this.#latest().metadata.uid ?? '');
  }

  get sandbox(): Sandbox | undefined {
    return this.#sandbox;
  }

  get #facts() {
    return { podIP: this.#sandbox?.podIP, hostIP: this.#ports.hostIP };
  }

  /**
   * Chooses the driver, opens the sandbox, writes the volumes; goes on where an earlier try failed. What
   * still runs there is told as soon as it is known.
   */
  async prepare(specs: readonly ContainerSpec[], found: Found): Promise<void> {
    const pod = this.#latest();
    this.#driver ??= await this.#choose(specs);
    if (this.#sandbox === undefined) {
      const opened = await this.#driver.openSandbox(pod, { podIP: pod.status?.podIP });
      this.#sandbox = opened;
      if (opened.running !== undefined) found(opened.running);
    }
    await this.#volumes.prepare(pod, this.#facts);
  }

  async pull(spec: ContainerSpec): Promise<PulledImage> {
    if (this.#driver === undefined) throw new KnownError('failed', 'no driver was chosen');
    const policy = spec.imagePullPolicy ?? 'IfNotPresent';
    if (policy === 'Always') this.#tell('Normal', 'Pulling', `Pulling image "${spec.image}"`);
    return this.#driver.pull(spec.image, await this.#pullHow(policy));
  }

  async settings(
    spec: ContainerSpec,
  ): Promise<Pick<ContainerToStart, 'env' | 'command' | 'args' | 'mounts'>> {
    const { cluster, sources, apiServer } = this.#ports;
    const pod = this.#latest();
    const { namespace = '', name } = pod.metadata;
    const hasLinks = pod.spec.enableServiceLinks !== false;
    const services = hasLinks ? (await cluster.list(kinds.Service, { namespace })).items : [];
    const envPorts = { sources, services, facts: this.#facts, apiServer };
    const own = await containerEnv(pod, spec, envPorts);
    const env = { HOSTNAME: pod.spec.hostname ?? name, ...own };
    const mounts = await this.#volumes.mountsOf(spec);
    return {
      env,
      mounts,
      ...(spec.command ? { command: spec.command.map((each) => expand(each, env)) } : {}),
      ...(spec.args ? { args: spec.args.map((each) => expand(each, env)) } : {}),
    };
  }

  async close(): Promise<void> {
    const sandbox = this.#sandbox;
    this.#sandbox = undefined;
    await sandbox?.close();
  }

  async #pullHow(policy: string): Promise<PullHow> {
    const credentials = await this.#ports.credentialsOf(this.#latest());
    return { policy, credentials, signal: this.#run.signal };
  }

  /** The first driver that can run every container. */
  async #choose(specs: readonly ContainerSpec[]): Promise<PodDriver> {
    const reasons = new Set<string>();
    for (const driver of this.#ports.drivers) {
      const refusal = await this.#refusal(driver, specs);
      if (refusal === undefined) return driver;
      if (refusal !== '') reasons.add(refusal);
    }
    const why = [...reasons].join('; ') || 'no driver is configured';
    throw new KnownError('unsupported', `No driver on this node can run the pod: ${why}`);
  }

  async #refusal(driver: PodDriver, specs: readonly ContainerSpec[]): Promise<string | undefined> {
    for (const spec of specs) {
      const how = await this.#pullHow(spec.imagePullPolicy ?? 'IfNotPresent');
      const refusal = await driver.refuses(this.#latest(), spec, how);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }
}
