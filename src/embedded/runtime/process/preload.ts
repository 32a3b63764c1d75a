// Runs inside every process of a pod, before the program: it must stand alone (no imports of ours) and
// must not be noticed. It gives the process what a container would have: its own address, its mounted
// folders, names of services, and an end when the platform ends.
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

interface PodSettings {
  /** The pod's own address; absent where the machine has no spare loopback addresses. */
  readonly address?: string;
  /** Folders of the pod: path inside → path on this machine, the longest first. */
  readonly mounts: ReadonlyArray<readonly [string, string]>;
  /** Paths below it are the machine's own and are never translated again. */
  readonly dir: string;
  readonly namespace: string;
  /** JSON file, name of a service (`name.namespace`) → address. */
  readonly names?: string;
}

const settings = JSON.parse(
  process.env['TRICE_POD'] ?? '{"mounts":[],"dir":"","namespace":""}',
) as PodSettings;

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Table = Record<string, unknown>;

/** Wraps one function of an object, keeping what hangs on it (promisify symbols, `.native`). */
function wrap(owner: object, name: string, around: (call: Call) => Call): void {
  const table = owner as Table;
  const call = table[name];
  if (typeof call !== 'function') return;
  const wrapped = around(call as Call);
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(call));
  table[name] = wrapped;
}

// ---- files -------------------------------------------------------------------------------------

function toHost(path: unknown): unknown {
  if (settings.mounts.length === 0) return path;
  let text: string;
  if (typeof path === 'string') text = path;
  else if (path instanceof URL && path.protocol === 'file:') text = fileURLToPath(path);
  else if (Buffer.isBuffer(path)) text = path.toString();
  else return path;
  if (text.startsWith(settings.dir)) return path;
  for (const [inside, host] of settings.mounts) {
    if (text === inside) return host;
    if (text.startsWith(inside.endsWith('/') ? inside : `${inside}/`))
      return host + sep + text.slice(inside.length).replace(/^\/+/, '');
  }
  return path;
}

const onePath =
  'access appendFile chmod chown createReadStream createWriteStream exists lchown lchmod lstat lutimes mkdir mkdtemp open openAsBlob opendir readdir readFile readlink realpath rm rmdir stat statfs truncate unlink unwatchFile utimes watch watchFile writeFile';
const twoPaths = 'copyFile cp link rename symlink';

function mapFiles(owner: object): void {
  const each = (names: string, count: number): void => {
    for (const base of names.split(' '))
      for (const name of [base, `${base}Sync`])
        wrap(
          owner,
          name,
          (call) =>
            function mapped(this: unknown, ...args: unknown[]) {
              for (let at = 0; at < count && at < args.length; at += 1) args[at] = toHost(args[at]);
              return call.apply(this, args);
            },
        );
  };
  each(onePath, 1);
  each(twoPaths, 2);
}

// ---- network -----------------------------------------------------------------------------------

const wildcard = new Set(['', '0.0.0.0', '::', 'localhost', '127.0.0.1', '::1', '::ffff:0.0.0.0']);
const listening = new Set<number>();

function isWildcard(host: unknown): boolean {
  return host === undefined || host === null || wildcard.has(String(host));
}

/** `listen(port)`, `listen(port, host)`, `listen({port, host})`: everything but sockets by path or handle. */
function listenOn(address: string, args: unknown[]): unknown[] {
  const [first, second, ...rest] = args;
  if (typeof first === 'function') return [0, address, first];
  if (typeof first === 'object' && first !== null) {
    const options = first as Table;
    const isOurs = options['port'] !== undefined && isWildcard(options['host']);
    return isOurs ? [{ ...options, host: address, ipv6Only: false }, ...args.slice(1)] : args;
  }
  if (!/^\d+$/.test(String(first ?? 0))) return args;
  if (typeof second === 'string') return isWildcard(second) ? [first ?? 0, address, ...rest] : args;
  return [first ?? 0, address, ...args.slice(1)];
}

const send = process.send?.bind(process);

function mapNetwork(): void {
  const { address } = settings;
  wrap(
    net.Server.prototype,
    'listen',
    (call) =>
      function listen(this: unknown, ...args: unknown[]) {
        const server = this as net.Server;
        const mapped = listenOn(address ?? '127.0.0.1', args);
        const port = address === undefined && mapped !== args ? freePort(mapped) : undefined;
        server.once('listening', () => report(server, port));
        return call.apply(this, mapped);
      },
  );
  if (address === undefined) return;
  wrap(
    dgram.Socket.prototype,
    'bind',
    (call) =>
      function bind(this: unknown, ...args: unknown[]) {
        return call.apply(this, listenOn(address, args));
      },
  );
  wrap(
    net.Socket.prototype,
    'connect',
    (call) =>
      function connect(this: unknown, ...args: unknown[]) {
        return call.apply(this, connectOn(address, args));
      },
  );
}

/** Where every pod shares 127.0.0.1, a program gets any free port, and the platform is told which. */
function freePort(args: unknown[]): number {
  const [first] = args;
  if (typeof first !== 'object' || first === null) {
    args[0] = 0;
    return Number(first);
  }
  args[0] = { ...first, port: 0 };
  return Number((first as Table)['port']);
}

function report(server: net.Server, wanted: number | undefined): void {
  const at = server.address();
  if (at === null || typeof at === 'string') return;
  listening.add(wanted ?? at.port);
  send?.({ triceListening: { port: wanted ?? at.port, actual: at.port } });
}

/** A program that calls itself by `localhost` finds its own listener, as it would in a container. */
function connectOn(address: string, args: unknown[]): unknown[] {
  // net.connect hands over one normalised array.
  const [first] = args;
  if (Array.isArray(first)) {
    const copy = connectOn(address, [...(first as unknown[])]);
    for (const symbol of Object.getOwnPropertySymbols(first))
      (copy as unknown as Record<symbol, unknown>)[symbol] = (
        first as unknown as Record<symbol, unknown>
      )[symbol];
    return [copy, ...args.slice(1)];
  }
  const isSelf = (port: unknown, host: unknown): boolean =>
    listening.has(Number(port)) && isWildcard(host);
  if (typeof first === 'object' && first !== null) {
    const options = first as Table;
    if (options['path'] !== undefined) return args;
    return isSelf(options['port'], options['host'])
      ? [{ ...options, host: address }, ...args.slice(1)]
      : args;
  }
  const [, host] = args;
  if (typeof host === 'string')
    return isSelf(first, host) ? [first, address, ...args.slice(2)] : args;
  return isSelf(first, undefined) ? [first, address, ...args.slice(1)] : args;
}

// ---- names -------------------------------------------------------------------------------------

function serviceAddress(host: unknown): string | undefined {
  const { names, namespace } = settings;
  if (names === undefined || typeof host !== 'string' || net.isIP(host) !== 0) return undefined;
  const name = host.replace(/\.$/, '').replace(/\.svc(\.cluster\.local)?$/, '');
  if (name === 'localhost' || name.split('.').length > 2) return undefined;
  try {
    const table = JSON.parse(readNames(names, 'utf8') as string) as Record<string, string>;
    return table[name.includes('.') ? name : `${name}.${namespace}`];
  } catch {
    return undefined;
  }
}

const readNames = fs.readFileSync;

interface LookupOptions {
  readonly all?: boolean;
}

function mapNames(): void {
  wrap(
    dns,
    'lookup',
    (call) =>
      function lookup(this: unknown, ...args: unknown[]) {
        const [host, second, third] = args;
        const found = serviceAddress(host);
        if (found === undefined) return call.apply(this, args);
        const done = (typeof second === 'function' ? second : third) as (...a: unknown[]) => void;
        const { all = false } = (typeof second === 'object' ? second : {}) as LookupOptions;
        process.nextTick(() =>
          all ? done(null, [{ address: found, family: 4 }]) : done(null, found, 4),
        );
        return {};
      },
  );
  wrap(
    dns.promises,
    'lookup',
    (call) =>
      async function lookup(this: unknown, ...args: unknown[]) {
        const found = serviceAddress(args[0]);
        if (found === undefined) return call.apply(this, args);
        const entry = { address: found, family: 4 };
        return (args[1] as LookupOptions | undefined)?.all === true ? [entry] : entry;
      },
  );
}

// ---- the end -----------------------------------------------------------------------------------

/** The channel breaks when the platform is gone, however it went; the whole group ends with it. */
function endWithPlatform(): void {
  if (send === undefined) return;
  process.on('disconnect', () => {
    try {
      process.kill(-process.pid, 'SIGKILL');
    } catch {
      process.exit(137);
    }
  });
  // The channel must neither keep a finished program alive nor be seen by it.
  const { channel } = process as { channel?: { unref(): void } };
  channel?.unref();
  delete (process as { send?: unknown }).send;
}

if (settings.mounts.length > 0) {
  mapFiles(fs);
  mapFiles(fs.promises);
}
mapNetwork();
mapNames();
endWithPlatform();
syncBuiltinESMExports();
