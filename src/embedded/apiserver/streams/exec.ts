import { isRecord, messageOf, type JsonRecord, type KubeObject } from '../../../base/index.ts';
import { badRequest, internalError } from '../http/status-error.ts';
import { isTrue } from '../http/write-options.ts';
import type { ExecOptions, Executing, PodRuntime } from '../pod-runtime.ts';
import { chooseContainer } from '../subresources/container.ts';
import { storedOfCall } from '../verbs/get.ts';
import { acceptChannels, type Channels } from './channels.ts';
import { wantsSpdy } from './spdy/accept.ts';
import { spdyChannels } from './spdy/exec-channels.ts';
import type { Upgrade } from './upgrades.ts';

const protocols = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'base64.channel.k8s.io',
];
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;

interface Wanted {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** `kubectl exec` and `attach`: a command in a container, its streams over channels. */
export async function execOverStreams(upgrade: Upgrade): Promise<void> {
  const { call } = upgrade;
  const { query, state } = call;
  const pod = storedOfCall(call).parse();
  const container = chooseContainer(pod, query.get('container'));
  const wanted = wantedOf(query);
  const command = query.getAll('command');
  const isAttach = call.target.subresource === 'attach';
  if (!isAttach && command.length === 0)
    throw badRequest('you must specify at least 1 command for the container');
  checkRunning(pod);
  const runtime = state.runtime();
  if (!runtime) throw internalError('no runtime runs the pods of this cluster');
  const channels = await open(upgrade, wanted);
  const input = wanted.stdin ? inputOf(channels) : undefined;
  const options = {
    container,
    tty: wanted.tty,
    signal: channels.signal,
    ...(input ? { stdin: input.stream } : {}),
  };
  const start = (): Promise<Executing> => begin(runtime, pod, { ...options, command, isAttach });
  await run(channels, wanted, {
    start,
    onResize: input?.onResize ?? ((listen) => listenResize(channels, listen)),
  });
}

async function open(upgrade: Upgrade, wanted: Wanted): Promise<Channels> {
  if (wantsSpdy(upgrade)) return spdyChannels(upgrade, streamTypes(wanted));
  const channels = await acceptChannels(upgrade, protocols);
  const lowest = streamTypes(wanted).find((type) => type !== 'stdin' && type !== 'resize');
  // An empty frame tells the client that the connection stands.
  await channels.send(channel[lowest ?? 'error'], new Uint8Array());
  return channels;
}

/** The streams in use, those the server writes to in the order of their channels. */
function streamTypes(wanted: Wanted): (keyof typeof channel)[] {
  return [
    ...(wanted.stdin ? (['stdin'] as const) : []),
    ...(wanted.stdout ? (['stdout'] as const) : []),
    ...(wanted.stderr ? (['stderr'] as const) : []),
    'error',
    ...(wanted.tty ? (['resize'] as const) : []),
  ];
}

function wantedOf(query: URLSearchParams): Wanted {
  const tty = isTrue(query.get('tty'));
  return {
    stdin: isTrue(query.get('stdin')),
    stdout: isTrue(query.get('stdout')),
    // A terminal has one output.
    stderr: isTrue(query.get('stderr')) && !tty,
    tty,
  };
}

function checkRunning(pod: KubeObject): void {
  const status = isRecord(pod['status']) ? pod['status'] : {};
  const { phase } = status;
  if (phase === 'Succeeded' || phase === 'Failed')
    throw badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`);
}

function begin(
  runtime: PodRuntime,
  pod: KubeObject,
  options: ExecOptions & { readonly isAttach: boolean },
): Promise<Executing> {
  const { isAttach, command, ...rest } = options;
  if (!isAttach) return runtime.exec(pod, { ...rest, command });
  if (!runtime.attach) throw badRequest('this runtime cannot attach to a container that runs');
  return runtime.attach(pod, rest);
}

type OnResize = (listen: (width: number, height: number) => void) => void;

async function run(
  channels: Channels,
  wanted: Wanted,
  { start, onResize }: { readonly start: () => Promise<Executing>; readonly onResize: OnResize },
): Promise<void> {
  try {
    const executing = await start();
    onResize((width, height) => executing.resize?.(width, height));
    await Promise.all([
      pump(executing.stdout, channels, wanted.stdout ? channel.stdout : undefined),
      pump(executing.stderr, channels, wanted.stderr ? channel.stderr : undefined),
    ]);
    await sendStatus(channels, exitStatus(await executing.exit));
  } catch (thrown) {
    if (!channels.signal.aborted)
      await sendStatus(channels, failure(messageOf(thrown))).catch(() => {});
  }
  channels.close();
}

async function pump(
  from: ReadableStream<Uint8Array>,
  to: Channels,
  number: number | undefined,
): Promise<void> {
  for await (const bytes of from) if (number !== undefined) await to.send(number, bytes);
}

function sendStatus(channels: Channels, status: JsonRecord): Promise<void> {
  if (/^v[45]\./.test(channels.protocol))
    return channels.send(channel.error, Buffer.from(JSON.stringify(status)));
  // Before v4 the error channel carried plain text, and nothing on success.
  const text = status['status'] === 'Success' ? '' : String(status['message']);
  return channels.send(channel.error, Buffer.from(text));
}

/** The Status from which kubectl takes its own exit code. */
export function exitStatus(code: number): JsonRecord {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

/** The Status of a command that could not be run. */
export function failure(message: string): JsonRecord {
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  };
}

function listenResize(channels: Channels, listen: (width: number, height: number) => void): void {
  channels.receive((from, bytes) => {
    if (from === channel.resize && bytes) tellSize(bytes, listen);
  });
}

function tellSize(bytes: Uint8Array, listen: (width: number, height: number) => void): void {
  try {
    const size = JSON.parse(Buffer.from(bytes).toString()) as { Width?: number; Height?: number };
    listen(Number(size.Width ?? 80), Number(size.Height ?? 24));
  } catch {
    // A size that cannot be read changes nothing.
  }
}

/** The standard input as a stream; it ends with the client's end of the channel or the connection. */
function inputOf(channels: Channels): {
  readonly stream: ReadableStream<Uint8Array>;
  readonly onResize: OnResize;
} {
  let tell: ((width: number, height: number) => void) | undefined;
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      let open = true;
      const end = (): void => {
        if (open) controller.close();
        open = false;
      };
      channels.signal.addEventListener('abort', end, { once: true });
      channels.receive((from, bytes) => {
        if (from === channel.stdin && bytes === undefined) end();
        else if (from === channel.stdin && bytes && open) controller.enqueue(bytes);
        else if (from === channel.resize && bytes && tell) tellSize(bytes, tell);
      });
    },
  });
  return {
    stream,
    onResize: (listen) => {
      tell = listen;
    },
  };
}
