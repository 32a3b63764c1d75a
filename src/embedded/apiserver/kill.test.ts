import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';

/** How often the server is killed: ten times are seconds; `TRICE_KILLS=200` is the long form. */
const kills = Number(process.env['TRICE_KILLS'] ?? 10);
const dir = mkdtempSync(path.join(tmpdir(), 'trice-kill-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const maps = '/api/v1/namespaces/default/configmaps';

interface Server {
  readonly child: ChildProcess;
  readonly base: string;
}

async function start(): Promise<Server> {
  const program = path.join(import.meta.dirname, 'testdata/serve-forever.ts');
  const child = spawn(process.execPath, [program, path.join(dir, 'state.db')]);
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (part: Buffer) => resolve(part.toString().trim()));
    child.once('close', () => reject(new Error('the server did not start')));
  });
  return { child, base: `http://127.0.0.1:${port}` };
}

interface Meta {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
  readonly data?: { readonly n?: string };
}

/** What has been promised: the last acknowledged state of each name, and what was still under way. */
class Promises {
  readonly acknowledged = new Map<string, { version: number; gone: boolean }>();
  /** Names whose last request was not answered: either outcome is right. */
  readonly open = new Set<string>();
  /** What each version is: it must never be anything else. */
  readonly versions = new Map<number, string>();
  count = 0;

  shown(version: number, what: string): void {
    const before = this.versions.get(version);
    expect({ version, what: before ?? what }).toEqual({ version, what });
    this.versions.set(version, what);
  }
}

const what = ({ metadata, data }: Meta): string =>
  `${metadata.name} ${metadata.uid} ${data?.n ?? ''}`;

/** Writes one name after the other until the server is gone. Each writer has names of its own. */
async function write(base: string, writer: number, promises: Promises): Promise<void> {
  for (let turn = 0; ; turn++) {
    const name = `w${writer}-${turn % 7}`;
    const before = promises.acknowledged.get(name);
    const exists = before !== undefined && !before.gone;
    const remove = exists && turn % 3 === 0;
    promises.open.add(name);
    try {
      if (remove) await removeOne(base, name, promises);
      else await writeOne(base, { name, exists, n: String(promises.count) }, promises);
    } catch (thrown) {
      // The server is gone; whether the request was carried out nobody knows.
      if (thrown instanceof TypeError || (thrown as Error).name === 'AbortError') return;
      throw thrown;
    }
    promises.open.delete(name);
    promises.count++;
  }
}

async function writeOne(
  base: string,
  { name, exists, n }: { readonly name: string; readonly exists: boolean; readonly n: string },
  promises: Promises,
): Promise<void> {
  const answer = await fetch(exists ? `${base}${maps}/${name}` : `${base}${maps}`, {
    method: exists ? 'PUT' : 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metadata: { name }, data: { n } }),
  });
  const body = (await answer.json()) as Meta;
  expect({ status: answer.status, body }).toMatchObject({ status: exists ? 200 : 201 });
  const version = Number(body.metadata.resourceVersion);
  promises.shown(version, what(body));
  promises.acknowledged.set(name, { version, gone: false });
}

async function removeOne(base: string, name: string, promises: Promises): Promise<void> {
  const answer = await fetch(`${base}${maps}/${name}`, { method: 'DELETE' });
  await answer.text();
  expect(answer.status).toBe(200);
  promises.acknowledged.set(name, { version: 0, gone: true });
}

/** A reader that remembers where it was, over all lives of the server. */
class Reader {
  readonly known = new Map<string, number>();
  version = 0;
  relisted = 0;

  async follow(base: string, promises: Promises, until: AbortSignal): Promise<void> {
    const url = `${base}${maps}?watch=1&resourceVersion=${this.version}`;
    const answer = await fetch(url, { signal: until });
    const decoder = new TextDecoder();
    let rest = '';
    for await (const part of answer.body!) {
      const lines = (rest + decoder.decode(part as Uint8Array, { stream: true })).split('\n');
      rest = lines.pop()!;
      for (const line of lines)
        this.hear(JSON.parse(line) as { type: string; object: Meta }, promises);
    }
  }

  hear(
    { type, object }: { readonly type: string; readonly object: Meta },
    promises: Promises,
  ): void {
    if (type === 'ERROR') {
      expect(object).toMatchObject({ code: 410 });
      this.version = 0;
      this.known.clear();
      this.relisted++;
      return;
    }
    const { name, resourceVersion } = object.metadata;
    const version = Number(resourceVersion);
    // From a version on events come in order; without one they begin with what is there.
    if (this.version > 0) this.version = Math.max(this.version, version);
    if (type === 'DELETED') this.known.delete(name);
    else {
      promises.shown(version, what(object));
      this.known.set(name, version);
    }
  }
}

async function listed(base: string): Promise<{ version: number; items: Map<string, Meta> }> {
  const list = (await (await fetch(`${base}${maps}`)).json()) as {
    metadata: { resourceVersion: string };
    items: Meta[];
  };
  return {
    version: Number(list.metadata.resourceVersion),
    items: new Map(list.items.map((item) => [item.metadata.name, item])),
  };
}

/** What a server that came back shows against what was promised; then what is open is settled. */
async function check({ base }: Server, promises: Promises): Promise<void> {
  const { items } = await listed(base);
  for (const [name, { version, gone }] of promises.acknowledged) {
    if (promises.open.has(name)) continue;
    const kept = Number(items.get(name)?.metadata.resourceVersion ?? 0);
    expect({ name, version: kept }).toEqual({ name, version: gone ? 0 : version });
  }
  for (const item of items.values())
    promises.shown(Number(item.metadata.resourceVersion), what(item));
  for (const name of promises.open) {
    const found = items.get(name);
    const version = Number(found?.metadata.resourceVersion ?? 0);
    expect(version).toBeGreaterThanOrEqual(
      found ? (promises.acknowledged.get(name)?.version ?? 0) : 0,
    );
    promises.acknowledged.set(name, { version, gone: !found });
  }
  promises.open.clear();
}

it(`keeps every promise over ${kills} kills under load`, async () => {
  const promises = new Promises();
  const reader = new Reader();
  let server = await start();
  reader.version = (await listed(server.base)).version;
  for (let round = 0; round < kills; round++) {
    const stop = new AbortController();
    const reading = reader.follow(server.base, promises, stop.signal).catch((thrown: unknown) => {
      if (!(thrown instanceof TypeError)) throw thrown;
    });
    const before = promises.count;
    const { base } = server;
    const writing = Promise.all(Array.from({ length: 8 }, (_, at) => write(base, at, promises)));
    // Under load, at any moment of it.
    while (promises.count < before + 20) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    const ended = new Promise((resolve) => server.child.once('close', resolve));
    server.child.kill('SIGKILL');
    await Promise.all([ended, writing, reading]);
    server = await start();
    await check(server, promises);
  }
  // The reader goes on where it was, and comes to know what a list shows.
  const { items, version } = await listed(server.base);
  const stop = new AbortController();
  const reading = reader.follow(server.base, promises, stop.signal).catch(() => {});
  await writeOne(server.base, { name: 'last', exists: false, n: 'last' }, promises);
  for (let tries = 0; tries < 500 && !reader.known.has('last'); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  stop.abort();
  await reading;
  reader.known.delete('last');
  if (reader.relisted === 0 && reader.version > 0) expect(reader.version).toBeGreaterThan(version);
  const wanted = [...items].map(
    ([name, { metadata }]) => [name, Number(metadata.resourceVersion)] as const,
  );
  expect(Object.fromEntries(reader.known)).toEqual(Object.fromEntries(wanted));
  server.child.kill('SIGKILL');
}, 3_600_000);
