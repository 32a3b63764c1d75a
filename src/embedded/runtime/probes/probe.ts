import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { messageOf, type Run } from '../../../base/index.ts';
import type { RunningContainer, Sandbox } from '../driver.ts';
import type { ContainerSpec, Probe, ProbeAction } from '../pod/pod.ts';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

export interface ProbeTarget {
  readonly spec: ContainerSpec;
  readonly sandbox: Sandbox;
  readonly running: RunningContainer;
}

/** How one try went; `why` is in the words of a kubelet's events. */
export interface Tried {
  readonly ok: boolean;
  readonly why: string;
}

/** Runs one action once. Never throws. */
export async function tryProbe(
  target: ProbeTarget,
  action: Probe,
  kind: string,
  signal: AbortSignal,
): Promise<Tried> {
  const limit = AbortSignal.timeout((action.timeoutSeconds ?? 1) * 1000);
  const until = AbortSignal.any([signal, limit]);
  try {
    if (target.sandbox.probe !== undefined) {
      const ok = await target.sandbox.probe(target.spec.name, action, kind);
      return { ok, why: ok ? '' : 'the simulated program says no' };
    }
    return await tryAction(target, action, until);
  } catch (thrown) {
    const why = limit.aborted ? 'context deadline exceeded' : messageOf(thrown);
    return { ok: false, why };
  }
}

/** Runs an action of a probe or a hook. Throws when nothing answers. */
export async function tryAction(
  target: ProbeTarget,
  action: ProbeAction,
  signal: AbortSignal,
): Promise<Tried> {
  if (action.exec) return tryExec(target, action.exec.command ?? [], signal);
  if (action.httpGet) return tryHttp(target, action.httpGet, signal);
  if (action.tcpSocket) return tryTcp(target, action.tcpSocket, signal);
  return { ok: true, why: '' };
}

async function tryExec(
  { running }: ProbeTarget,
  command: readonly string[],
  signal: AbortSignal,
): Promise<Tried> {
  const executing = await running.exec({ command, tty: false, signal });
  const [out, err, code] = await Promise.all([
    new Response(executing.stdout).text(),
    new Response(executing.stderr).text(),
    executing.exit,
  ]);
  if (signal.aborted) return { ok: false, why: `command timed out: ${command.join(' ')}` };
  return { ok: code === 0, why: code === 0 ? '' : `${out}${err}`.trim() || `exit code ${code}` };
}

/** A port's number; names are those of the container's own ports. */
export function portNumber(spec: ContainerSpec, port: number | string): number {
  if (typeof port === 'number') return port;
  return spec.ports?.find((each) => each.name === port)?.containerPort ?? Number(port);
}

async function placeOf(
  { spec, sandbox }: ProbeTarget,
  { port, host }: { port: number | string; host?: string },
): Promise<{ host: string; port: number }> {
  const number = portNumber(spec, port);
  return host === undefined || host === '' ? sandbox.dial(number) : { host, port: number };
}

async function tryHttp(
  target: ProbeTarget,
  get: NonNullable<ProbeAction['httpGet']>,
  signal: AbortSignal,
): Promise<Tried> {
  const { host, port } = await placeOf(target, get);
  const isTls = get.scheme?.toUpperCase() === 'HTTPS';
  const headers = Object.fromEntries(
    (get.httpHeaders ?? []).map(({ name, value }) => [name, value]),
  );
  const path = get.path ?? '/';
  const status = await new Promise<number>((resolve, reject) => {
    const options = {
      host,
      port,
      path: path.startsWith('/') ? path : `/${path}`,
      headers: { 'user-agent': 'kube-probe/1.33', connection: 'close', ...headers },
      signal,
      agent: false,
      // A probe asks whether something answers; kubelets do not verify its certificate either.
      rejectUnauthorized: false,
    } as const;
    const request = (isTls ? https : http).get(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    request.on('error', reject);
  });
  const ok = status >= 200 && status < 400;
  return { ok, why: ok ? '' : `HTTP probe failed with statuscode: ${status}` };
}

async function tryTcp(
  target: ProbeTarget,
  tcp: { port: number | string; host?: string },
  signal: AbortSignal,
): Promise<Tried> {
  const at = await placeOf(target, tcp);
  await new Promise<void>((resolve, reject) => {
    const socket = net.connect({ ...at, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
  return { ok: true, why: '' };
}

export interface ProbeListener {
  /** The probe's verdict changed, or was given for the first time. */
  verdict(kind: ProbeKind, ok: boolean): void;
  /** One try failed. */
  failed(kind: ProbeKind, why: string): void;
}

/**
 * Tries a probe until the signal; thresholds turn tries into verdicts. A startup probe ends with its first
 * yes. Failures before the first yes are no news until `calmUntil` (milliseconds since the epoch): a
 * program needs a moment until it listens, and a kubelet's first try usually comes after it.
 */
export async function runProbe(
  target: ProbeTarget,
  kind: ProbeKind,
  listener: ProbeListener,
  run: Run & { readonly calmUntil: number },
): Promise<void> {
  const probe = target.spec[`${kind}Probe`];
  if (probe === undefined) return;
  const { clock, signal, calmUntil } = run;
  const pause = (ms: number): Promise<void> => clock.sleep(ms, signal).catch(() => {});
  const count = countTries(probe);
  const periodMs = (probe.periodSeconds ?? 10) * 1000;
  await pause((probe.initialDelaySeconds ?? 0) * 1000);
  let isCalm = true;
  for (let tries = 1; !signal.aborted; tries += 1) {
    const tried = await tryProbe(target, probe, kind, signal);
    if (signal.aborted) return;
    isCalm &&= !tried.ok && clock.now().getTime() < calmUntil;
    if (!isCalm && judge(tried, kind, count, listener)) return;
    const isEager = isCalm && kind !== 'liveness';
    await pause(isEager ? Math.min(periodMs, eagerMs(tries)) : periodMs);
  }
}

/** Usually it is up long before the first period is over: ask often at first, for a quick start. */
function eagerMs(tries: number): number {
  return tries < 40 ? 25 : 250;
}

/** Tells what one try means; true when it was the last one. */
function judge(
  { ok, why }: Tried,
  kind: ProbeKind,
  count: (ok: boolean) => boolean | undefined,
  listener: ProbeListener,
): boolean {
  if (!ok) listener.failed(kind, why);
  const verdict = count(ok);
  if (verdict !== undefined) listener.verdict(kind, verdict);
  return endsWith(kind, verdict);
}

/** Liveness and startup are over with the kill they ask for, startup with its yes too. */
function endsWith(kind: ProbeKind, verdict: boolean | undefined): boolean {
  return kind === 'startup' ? verdict !== undefined : kind === 'liveness' && verdict === false;
}

/** Takes each try's answer; gives a verdict when the threshold is met and it is a new one. */
function countTries({ successThreshold = 1, failureThreshold = 3 }: Probe) {
  let told: boolean | undefined;
  let last: boolean | undefined;
  let inRow = 0;
  return (ok: boolean): boolean | undefined => {
    inRow = ok === last ? inRow + 1 : 1;
    last = ok;
    if (inRow < (ok ? successThreshold : failureThreshold) || told === ok) return undefined;
    told = ok;
    return ok;
  };
}
