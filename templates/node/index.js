// Serves a function on port 8080 the way OpenFaaS expects it: every path is the function's, except
// /_/health and /_/ready; SIGTERM ends it when the calls under way are answered.
import { createServer } from 'node:http';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';

// A handler may be CommonJS or a module whatever its package.json says; Node finds out, and says that
// this costs a moment. Every other warning is passed on.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.code !== 'MODULE_TYPELESS_PACKAGE_JSON') console.error(String(warning));
});

const env = process.env;
const folder = join(import.meta.dirname, 'function');
const limits = {
  bodyBytes: bytes(env.MAX_BODY_SIZE ?? env.MAX_JSON_SIZE, 10 * 2 ** 20),
  readMs: milliseconds(env.read_timeout, 0),
  writeMs: milliseconds(env.write_timeout, 30_000),
  execMs: milliseconds(env.exec_timeout, 0),
  // How long a function that is told to stop stays reachable, while the others learn of it.
  graceMs: milliseconds(env.healthcheck_interval, 0),
  calls: Number(env.max_inflight ?? 0),
};

let inFlight = 0;
let isStopping = false;

/** What the handler is told of the call. */
class FunctionEvent {
  constructor(request, url, raw) {
    this.rawBody = raw;
    this.body = env.RAW_BODY === 'true' ? raw : bodyOf(request, raw);
    this.headers = request.headers;
    this.method = request.method;
    this.query = listed(url.searchParams);
    this.path = decoded(url.pathname);
  }
}

/** What the handler answers with: a status, headers, and then succeed or fail. */
class FunctionContext {
  constructor(done) {
    this.done = done;
    this.statusCode = 200;
    this.headerValues = {};
    this.cbCalled = 0;
  }

  status(code) {
    if (code === undefined) return this.statusCode;
    this.statusCode = Number(code);
    return this;
  }

  headers(values) {
    if (values === undefined) return this.headerValues;
    this.headerValues = values;
    return this;
  }

  succeed(value) {
    this.cbCalled += 1;
    this.done(undefined, value);
  }

  fail(value) {
    if (this.statusCode === 200) this.statusCode = 500;
    this.cbCalled += 1;
    this.done(value ?? 'failed');
  }
}

function bodyOf(request, raw) {
  const type = (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  if (raw.length === 0) return type.endsWith('json') ? {} : '';
  if (type === 'application/json' || type.endsWith('+json')) return JSON.parse(raw.toString('utf8'));
  if (type === 'application/x-www-form-urlencoded') return form(raw.toString('utf8'));
  if (type === '' || type.startsWith('text/') || type.endsWith('xml')) return raw.toString('utf8');
  return raw;
}

// `curl -d openfaas.com` sends plain text under a form's name: without a `=` it stays text.
function form(text) {
  return text.includes('=') ? listed(new URLSearchParams(text)) : decoded(text);
}

function listed(parameters) {
  const all = Object.create(null);
  for (const [name, value] of parameters) {
    all[name] = name in all ? [all[name], value].flat() : value;
  }
  return { ...all };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function bytes(text, otherwise) {
  const found = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?$/i.exec(text ?? '');
  if (found === null) return otherwise;
  const power = { b: 0, kb: 10, mb: 20, gb: 30 }[(found[2] ?? 'b').toLowerCase()];
  return Number(found[1]) * 2 ** power;
}

function milliseconds(text, otherwise) {
  const parts = [...(text ?? '').matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)?/g)];
  if (parts.length === 0) return otherwise;
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  return parts.reduce((sum, [, number, name]) => sum + Number(number) * unit[name ?? 's'], 0);
}

async function loadHandler() {
  const names = ['handler.js', 'handler.ts', 'handler.mjs', 'handler.mts', 'handler.cjs', 'handler.cts'];
  const file = mainFile() ?? names.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file === undefined) throw new Error(`no handler: ${names.join(', ')} is missing in ${folder}`);
  const module = await import(pathToFileURL(file).href);
  const exported = [module.default?.default, module.default, module.handler, module['module.exports']];
  const handler = exported.find((each) => typeof each === 'function');
  if (handler === undefined) throw new Error(`${file} exports no function (module.exports or export default)`);
  return handler;
}

function mainFile() {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { main } = JSON.parse(readFileSync(file, 'utf8'));
  const path = typeof main === 'string' ? join(folder, main) : undefined;
  return path !== undefined && /\.[cm]?[jt]s$/.test(path) && existsSync(path) ? path : undefined;
}

async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limits.bodyBytes) throw Object.assign(new Error('request body too large'), { status: 413 });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Calls the handler; settles once, with what came first: its callback, its promise, or the time limit. */
function call(handler, event) {
  return new Promise((resolve, reject) => {
    let timer;
    const context = new FunctionContext((error, value) => {
      clearTimeout(timer);
      if (error === undefined || error === null) resolve({ context, value });
      else reject(Object.assign(new Error(textOf(error)), { context }));
    });
    if (limits.execMs > 0) {
      timer = setTimeout(() => {
        reject(Object.assign(new Error(`no answer after ${limits.execMs} ms`), { status: 504 }));
      }, limits.execMs);
    }
    const callback = (error, value) => {
      context.cbCalled += 1;
      context.done(error, value);
    };
    Promise.resolve()
      .then(() => handler(event, context, callback))
      .then((value) => {
        if (context.cbCalled === 0) context.succeed(value);
      })
      .catch((error) => {
        console.error(error);
        context.fail(error);
      });
  });
}

function textOf(value) {
  if (value instanceof Error) return value.toString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function send(response, status, headers, value) {
  const isData = typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
  const body = isData ? JSON.stringify(value) : (value ?? '');
  const content = body instanceof Uint8Array ? body : Buffer.from(String(body));
  response.statusCode = status;
  if (isData) response.setHeader('content-type', 'application/json; charset=utf-8');
  else if (content.length > 0) response.setHeader('content-type', 'text/plain; charset=utf-8');
  if (body instanceof Uint8Array) response.setHeader('content-type', 'application/octet-stream');
  for (const [name, each] of Object.entries(headers)) response.setHeader(name, each);
  response.setHeader('content-length', content.length);
  // A kept connection would keep a function that is told to stop.
  if (isStopping) response.setHeader('connection', 'close');
  response.end(content);
}

async function answer(handler, request, response) {
  const started = process.hrtime.bigint();
  const url = new URL(`http://function${request.url.startsWith('/') ? '' : '/'}${request.url}`);
  if (url.pathname === '/_/health' || url.pathname === '/_/ready') {
    return isStopping ? send(response, 503, {}, 'stopping') : send(response, 200, {}, 'OK');
  }
  if (limits.calls > 0 && inFlight >= limits.calls) return send(response, 429, {}, 'too many calls');
  inFlight += 1;
  const seconds = () => (Number(process.hrtime.bigint() - started) / 1e9).toFixed(6);
  try {
    const event = new FunctionEvent(request, url, await readBody(request));
    const { context, value } = await call(handler, event);
    response.setHeader('x-duration-seconds', seconds());
    send(response, context.statusCode, context.headerValues, value);
  } catch (error) {
    const { context, status = error instanceof SyntaxError ? 400 : 500 } = error;
    response.setHeader('x-duration-seconds', seconds());
    if (status === 413) response.setHeader('connection', 'close');
    send(response, context?.statusCode ?? status, context?.headerValues ?? {}, error.message);
  } finally {
    inFlight -= 1;
  }
}

// Platforms that look for a file instead of asking over HTTP find it while the function is well.
const lockFile = join(tmpdir(), '.lock');
let hasLock = false;

function lock() {
  if (env.suppress_lock === 'true' || existsSync(lockFile)) return;
  try {
    writeFileSync(lockFile, '');
    hasLock = true;
  } catch {
    // A read-only root file system: the file is a courtesy.
  }
}

function stop(server) {
  if (isStopping) return;
  isStopping = true;
  if (hasLock) rmSync(lockFile, { force: true });
  setTimeout(() => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), limits.writeMs).unref();
  }, limits.graceMs);
}

const handler = await loadHandler();
const server = createServer((request, response) => {
  answer(handler, request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});
server.requestTimeout = limits.readMs;
server.keepAliveTimeout = 65_000;
server.listen(Number(env.port ?? env.http_port ?? 8080), () => {
  lock();
  console.log(`listening on port ${server.address().port}`);
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop(server));
