import { randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import type { Events } from '../../../api/events/index.ts';
import {
  createBus,
  createLogger,
  hide,
  KnownError,
  messageOf,
  type Logger,
} from '../../../base/index.ts';
import { runElected, type Holder } from '../../../lib/controller/index.ts';
import { kinds, type Cluster } from '../../../lib/kube/index.ts';
import { startGateway } from '../../gateway/index.ts';
import {
  joinedMetrics,
  receiverHandler,
  startOperator,
  startUpstream,
  type Operator,
  type OperatorPorts,
  type Upstream,
} from '../../operator/index.ts';
import type { Call } from '../cobra/index.ts';
import { connectCluster } from '../connect-cluster.ts';
import type { CliIo } from '../io.ts';
import { packageVersion } from '../package-version.ts';
import { missing, openLeaderDoors, openStandbyDoors } from './doors.ts';
import { httpsCredentials } from './https-credentials.ts';
import type { OperatorOptions } from './options.ts';
import { receiverConfigOf } from './receiver-config.ts';
import { standbyHandler } from './standby.ts';
import { eventSinksOf, keysOf, repositoriesOf } from './surroundings.ts';

/** All that stays the same from one term of leadership to the next. */
interface World {
  readonly call: Call;
  readonly options: OperatorOptions;
  readonly log: Logger;
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly version: string;
}

/** Runs until the program's signal; resolves when everything has ended. */
export async function runOperator(call: Call, options: OperatorOptions): Promise<void> {
  const { io } = call;
  const log = createLogger({
    clock: io.clock,
    write: (line) => io.stderr.write(`${line}\n`),
    format: options.logFormat,
    level: options.logLevel,
  });
  for (const warning of options.warnings) log.warn(warning);
  const { cluster, config } = await connected(call);
  const version = await packageVersion();
  log.info('', { version, server: config.server });
  const namespace = call.flags.string('namespace') || (config.namespace ?? 'fluxcd');
  // What is wrong with them is told now, not when this process comes to lead.
  await receiverConfigOf(call);
  eventSinksOf(call, version);
  await ensureNamespaces(cluster, namespacesOf(options, namespace), log);
  const world: World = { call, options, log, cluster, namespace, version };
  if (options.election === undefined) await work(world, io.signal);
  else await elected(world, options.election);
}

/** Works only while the Lease is ours; until then answers for the one who leads. */
async function elected(
  world: World,
  { name, ...times }: NonNullable<OperatorOptions['election']>,
): Promise<void> {
  const { call, cluster, options, namespace } = world;
  const { io } = call;
  const log = world.log.with({ component: 'leader-election' });
  let holder: Holder | undefined;
  const open = () =>
    openStandbyDoors(options.addresses, (port) => standbyHandler(port, () => holder), log);
  let doors = await open();
  const close = () => Promise.all(doors.map((each) => each.close()));
  const address = io.env['POD_IP'];
  const self: Holder = {
    identity: `${io.env['POD_NAME'] ?? os.hostname()}_${randomUUID()}`,
    ...(address === undefined || address === '' ? {} : { address }),
  };
  const onHolder = (seen: Holder): void => {
    holder = seen;
    log.info('', { leader: seen.identity });
  };
  const settings = { namespace, name, ...times, self, onHolder };
  try {
    await runElected(
      { cluster, clock: io.clock, log, signal: io.signal },
      settings,
      async (signal) => {
        await close();
        await work(world, signal);
        doors = io.signal.aborted ? [] : await open();
      },
    );
  } finally {
    await close();
  }
}

/** Everything, until the signal; a failure ends all of it before it is thrown. */
async function work(world: World, until: AbortSignal): Promise<void> {
  const own = new AbortController();
  const signal = AbortSignal.any([until, own.signal]);
  const ports = await portsOf(world, signal);
  const operator = await startOperator(ports);
  try {
    await serve(world, operator, signal);
  } catch (thrown) {
    own.abort(thrown);
    throw thrown;
  } finally {
    await operator.done;
    await ports.keyring?.close();
  }
}

/** Answers at every address until the signal, or until the upstream says that it is gone. */
async function serve(world: World, operator: Operator, signal: AbortSignal): Promise<void> {
  const { call, options, log, cluster } = world;
  const { io } = call;
  const receiver = await receiverConfigOf(call);
  io.onSignal?.('SIGUSR1', () => {
    const failed = (thrown: unknown): void =>
      log.error('no new key could be made', { err: messageOf(thrown) });
    if (!signal.aborted) operator.renewSealKey().catch(failed);
  });
  const upstream = upstreamOf(world, operator, signal);
  const surroundings = { cluster, clock: io.clock, log, signal };
  const doors = await openLeaderDoors(
    {
      operator: { ...operator, metrics: allMetrics(operator, upstream) },
      receiver: receiver
        ? receiverHandler({ ...receiver, ...surroundings, api: operator.flux })
        : missing,
      gateway: (where) => startGateway({ ...surroundings, ...where, gateway: operator.gateway }),
    },
    options.addresses,
    log,
  );
  log.info('ready', { listening: doors.map(({ port }) => port).join(',') });
  try {
    await Promise.all([operator.done, upstream?.done]);
  } finally {
    await Promise.all(doors.map((each) => each.close()));
  }
}

function upstreamOf(
  { call, log, version }: World,
  { flux: api }: Operator,
  signal: AbortSignal,
): Upstream | undefined {
  const { flags, io } = call;
  const base = flags.string('connect');
  if (base === '') return undefined;
  const token = hide(flags.string('token'));
  const timeoutMs = flags.number('rpc-timeout');
  return startUpstream({ base, token, timeoutMs, version, clock: io.clock, log, signal, api });
}

function allMetrics(operator: Operator, upstream: Upstream | undefined): Operator['metrics'] {
  return () => joinedMetrics([operator.metrics, ...(upstream ? [upstream.metrics] : [])]);
}

async function portsOf(world: World, signal: AbortSignal): Promise<OperatorPorts> {
  const { call, options, log, cluster, namespace, version } = world;
  const { flags, io } = call;
  const dataDir = dataDirOf(flags.string('data-dir'), io);
  const repositories = await repositoriesOf(call, options, log);
  const urls = repositories.map(({ url }) => url);
  const secrets = flags.list('git-https-secret');
  const credentials = { cluster, log, namespace, secrets, repositories: urls };
  const { chartsRepository, ...release } = options.release;
  const knownHosts = flags.string('ssh-known-hosts');
  return {
    ...options,
    ...(await keysOf(call, { cluster, namespace, dataDir, repositories })),
    cluster,
    clock: io.clock,
    log,
    bus: createBus<Events>((err, type) => log.error('a listener failed', { type, err })),
    signal,
    dataDir,
    repositories,
    credentials: httpsCredentials(credentials),
    environment: io.env,
    namespace,
    version,
    events: eventSinksOf(call, version),
    release,
    ...(chartsRepository === undefined ? {} : { chartsRepository }),
    deployKey: {
      secretName: options.secretName,
      dataKey: options.dataKey,
      bits: options.bits,
      ...(knownHosts === '' ? {} : { knownHostsFile: path.resolve(io.cwd, knownHosts) }),
    },
  };
}

function connected({ flags, io }: Call): ReturnType<typeof connectCluster> {
  const given = (name: string): string | undefined => flags.string(name) || undefined;
  const [kubeconfig, context, server] = ['kubeconfig', 'context', 'master'].map(given);
  return connectCluster(io, {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(server === undefined ? {} : { server }),
  });
}

function dataDirOf(given: string, io: CliIo): string {
  if (given !== '') return path.resolve(io.cwd, given);
  return path.join(io.env['HOME'] ?? os.homedir(), '.trice', 'operator');
}

function namespacesOf({ features, seal }: OperatorOptions, own: string): string[] {
  return [
    own,
    ...(features.has('function') ? ['openfaas', 'openfaas-fn'] : []),
    ...(features.has('seal') ? [seal.namespace ?? 'kube-system'] : []),
  ];
}

async function ensureNamespaces(
  cluster: Cluster,
  names: readonly string[],
  log: Logger,
): Promise<void> {
  for (const name of new Set(names)) {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    try {
      if ((await cluster.get(kinds.Namespace, { name })) !== undefined) continue;
      await cluster.create(kinds.Namespace, namespace);
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      if (thrown.code === 'exists') continue;
      if (thrown.code !== 'denied') throw thrown;
      log.warn('whether the namespace exists is not for us to see', { namespace: name });
    }
  }
}
