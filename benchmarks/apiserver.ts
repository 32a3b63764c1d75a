// The API server over HTTPS, durable, with the load in a process of its own: creates per second, long
// lists, the fan-out of a write, memory for objects, and the start of the library in memory.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { promisify } from 'node:util';
import { connect, get, post, type Connection, type Target } from './apiserver/connection.ts';
import { median, type Figure } from './figure.ts';

const seconds = 4;
const maps = '/api/v1/namespaces/default/configmaps';
const here = path.join(import.meta.dirname, 'apiserver');

export async function measure(): Promise<readonly Figure[]> {
  return [
    await startFigure(),
    ...(await withServer(createFigures)),
    ...(await withServer(listFigures)),
    await withServer(fanOutFigure),
  ];
}

interface Server {
  readonly target: Target;
  readonly file: string;
  memory(): Promise<{ readonly rss: number; readonly heap: number }>;
}

/** A server of its own in an empty folder. */
async function withServer<T>(work: (server: Server) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(path.join(tmpdir(), 'trice-bench-'));
  const child = spawn(process.execPath, [path.join(here, 'serve.ts'), dir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = readline.createInterface({ input: child.stdout });
  const next = async (): Promise<unknown> => JSON.parse(String((await once(lines, 'line'))[0]));
  const target = (await next()) as Target;
  const file = path.join(dir, 'target.json');
  writeFileSync(file, JSON.stringify(target));
  try {
    return await work({
      target,
      file,
      memory() {
        child.stdin.write('memory\n');
        return next() as Promise<{ rss: number; heap: number }>;
      },
    });
  } finally {
    child.stdin.end();
    await once(child, 'close');
    rmSync(dir, { recursive: true });
  }
}

async function createFigures({ file }: Server): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const connections of [1, 32, 256]) {
    const args = [path.join(here, 'load.ts'), file, String(connections), String(seconds)];
    const { stdout } = await promisify(execFile)(process.execPath, [...args, `c${connections}`]);
    const { perSecond, p50, p99, failed } = JSON.parse(stdout) as Record<string, number>;
    figures.push({
      what: `durable creates, ${connections} connection${connections === 1 ? '' : 's'}`,
      value: `${Math.round(perSecond!)}/s, p50 ${p50!.toFixed(1)} ms, p99 ${p99!.toFixed(1)} ms${failed ? `, ${failed} failed` : ''}`,
      ...(connections === 32 ? { goal: '≥ 7,000/s, p99 ≤ 15 ms' } : {}),
    });
  }
  return figures;
}

async function fill(connections: readonly Connection[], from: number, to: number): Promise<void> {
  let at = from;
  await Promise.all(
    connections.map(async (connection) => {
      while (at < to) {
        const metadata = { name: `m${at++}`, labels: { app: 'bench' } };
        const body = JSON.stringify({ metadata, data: { a: 'x'.repeat(200) } });
        await connection.send(post(maps, body));
      }
    }),
  );
}

async function listFigures({ target, memory }: Server): Promise<Figure[]> {
  const connections = await Promise.all(Array.from({ length: 16 }, () => connect(target)));
  const [reader] = connections;
  const before = await memory();
  const figures: Figure[] = [];
  for (const [from, to] of [
    [0, 4000],
    [4000, 10_000],
  ] as const) {
    await fill(connections, from, to);
    const times: number[] = [];
    for (let round = 0; round < 11; round++) {
      const started = performance.now();
      await reader!.send(get(maps));
      times.push(performance.now() - started);
    }
    figures.push({
      what: `list of ${to.toLocaleString('en')} ConfigMaps`,
      value: `${median(times).toFixed(0)} ms`,
      ...(to === 4000 ? { goal: '≤ 40 ms' } : {}),
    });
  }
  const after = await memory();
  figures.push({
    what: 'memory for 10,000 ConfigMaps, after collection',
    value: `${megabytes(after.heap - before.heap)} heap, ${megabytes(after.rss - before.rss)} resident (now ${megabytes(after.rss)})`,
  });
  for (const connection of connections) connection.close();
  return figures;
}

async function fanOutFigure({ target }: Server): Promise<Figure> {
  const watchers = 1000;
  const sockets = [];
  for (let at = 0; at < watchers; at++) {
    const { socket } = await connect(target);
    socket.write(get(`${maps}?watch=1&resourceVersion=1`));
    sockets.push(socket);
  }
  const writer = await connect(target);
  const times: number[] = [];
  for (let round = 0; round < 6; round++) {
    const name = `fan${round}`;
    const told = sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          const hear = (part: Buffer): void => {
            if (!part.includes(name)) return;
            socket.off('data', hear);
            resolve();
          };
          socket.on('data', hear);
        }),
    );
    const started = performance.now();
    await writer.send(post(maps, JSON.stringify({ metadata: { name } })));
    await Promise.all(told);
    if (round > 0) times.push(performance.now() - started);
  }
  for (const socket of sockets) socket.destroy();
  writer.close();
  return {
    what: 'one write told to 1,000 watches (all have it)',
    value: `${median(times).toFixed(0)} ms`,
  };
}

/** Import and start in a fresh process, as a test of somebody else would do it. */
async function startFigure(): Promise<Figure> {
  const program = path.join(here, 'start.ts');
  const times: { imported: number; started: number }[] = [];
  for (let round = 0; round < 7; round++) {
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    times.push(JSON.parse(stdout) as { imported: number; started: number });
  }
  const imported = median(times.map((each) => each.imported));
  const started = median(times.map((each) => each.started));
  return {
    what: 'library started in memory, first answer given (its import besides)',
    value: `${started.toFixed(0)} ms (${imported.toFixed(0)} ms from source)`,
    goal: '≤ 100 ms',
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
