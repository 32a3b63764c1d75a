import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { startGit } from './git-process.ts';
import { settingsFor, type PushPolicy } from './push-policy.ts';
import { RefUpdateReader } from './ref-updates.ts';
import type { RefUpdate } from './ref-updates.ts';

/** Fetch and clone are `upload-pack`, push is `receive-pack`. */
export type Service = 'upload-pack' | 'receive-pack';

export interface ServiceRun {
  readonly dir: string;
  readonly service: Service;
  readonly request: Request;
  readonly path?: string | undefined;
}

const fresh = {
  'cache-control': 'no-cache, max-age=0, must-revalidate',
  expires: 'Fri, 01 Jan 1980 00:00:00 GMT',
  pragma: 'no-cache',
};

/** Answers which refs there are and what the server can do. */
export function advertise(run: ServiceRun): Response {
  const protocol = protocolOf(run.request);
  const args = [run.service, '--strict', '--stateless-rpc', '--http-backend-info-refs', run.dir];
  const child = startGit({ args: strictOnly(args), path: run.path, protocol });
  child.stdin.end();
  child.stderr.resume();
  // Version 2 answers without the line that names the service.
  const isModern = run.service === 'upload-pack' && (protocol?.includes('version=2') ?? false);
  const name = `# service=git-${run.service}\n`;
  const size = (name.length + 4).toString(16).padStart(4, '0');
  const head = isModern ? '' : `${size}${name}0000`;
  child.on('error', () => child.stdout.destroy());
  return new Response(ReadableStream.from(headed(head, child)), {
    headers: { ...fresh, 'content-type': `application/x-git-${run.service}-advertisement` },
  });
}

async function* headed(
  head: string,
  child: ChildProcessWithoutNullStreams,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (head !== '') yield Buffer.from(head);
  for await (const chunk of child.stdout) yield chunk as Buffer;
}

/** `--strict` is upload-pack's alone: it keeps git from trying `<dir>/.git` too. */
function strictOnly(args: readonly string[]): string[] {
  return args.filter((arg) => arg !== '--strict' || args[0] === 'upload-pack');
}

/**
 * Runs one fetch or push. Request and answer stream through; the answer of a push ends only after
 * `onUpdates` was called with what the client asked to change.
 */
export async function serveRpc(
  run: ServiceRun & {
    readonly policy: PushPolicy;
    readonly onUpdates: (updates: readonly RefUpdate[]) => Promise<void>;
    readonly onError: (why: string) => void;
  },
): Promise<Response> {
  const { request, service } = run;
  const body = bodyOf(request);
  const { updates, input } =
    service === 'receive-pack' ? await commandsOf(body) : { updates: [], input: body };
  const child = startGit({
    args: strictOnly([service, '--strict', '--stateless-rpc', run.dir]),
    path: run.path,
    protocol: protocolOf(request),
    settings: settingsFor(run.policy, updates),
  });
  void pipeline(input, child.stdin).catch(() => child.stdin.destroy());
  const ended = endOf(child);
  const finished = ended.then(async ({ code, said }) => {
    // Looked at whatever the exit code: refs may be stored although the client went away.
    if (updates.length > 0) await run.onUpdates(updates);
    if (code !== 0 && !request.signal.aborted) run.onError(said || `exit code ${code}`);
  });
  finished.catch(() => {});
  // A fetch that nobody reads is stopped; a push is let finish.
  if (service === 'upload-pack') request.signal.addEventListener('abort', () => child.kill());
  return new Response(ReadableStream.from(outputOf(child, finished)), {
    headers: { ...fresh, 'content-type': `application/x-git-${service}-result` },
  });
}

/** What a push asks for, which stands before its pack, and the whole request to hand on. */
async function commandsOf(
  body: Readable,
): Promise<{ readonly updates: readonly RefUpdate[]; readonly input: AsyncIterable<Uint8Array> }> {
  const reader = new RefUpdateReader();
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  while (!reader.isDone) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    reader.take(value);
    head.push(value);
  }
  const input = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    yield* head;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  return { updates: reader.updates, input: input() };
}

async function* outputOf(
  child: ChildProcessWithoutNullStreams,
  finished: Promise<void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of child.stdout) yield chunk as Buffer;
  await finished;
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<{ code: number; said: string }> {
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 127, said: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, said: said.trim() }));
  });
}

function bodyOf(request: Request): Readable {
  if (request.body === null) return Readable.from([]);
  const raw = Readable.fromWeb(request.body as never);
  if (request.headers.get('content-encoding') !== 'gzip') return raw;
  const plain = createGunzip();
  raw.on('error', (error) => plain.destroy(error));
  return raw.pipe(plain);
}

/** `version=2` and the like; anything else a client sends is not passed on. */
function protocolOf(request: Request): string | undefined {
  const header = request.headers.get('git-protocol') ?? '';
  return /^[a-z0-9=:.-]{1,100}$/.test(header) ? header : undefined;
}
