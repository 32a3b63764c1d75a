import dgram from 'node:dgram';
import { readFileSync, watch } from 'node:fs';
import net from 'node:net';
import process from 'node:process';
import { readQuestion, writeAnswer, type Answer } from './dns-message.ts';
import { lookUp } from './look-up.ts';
import { domain, type ProxyState, type Target } from './state.ts';

// Runs in a container of its own, beside the pods: it has the addresses of services, passes connections on to
// pods, and answers for the names of the cluster. It is told everything by a file, and tells nobody anything.

const folder = '/state';
const file = `${folder}/state.json`;
const nobody: ProxyState = { dns: '', listen: [], names: {} };
let state = nobody;
const servers = new Map<string, net.Server>();
let targets = new Map<string, readonly Target[]>();
let turn = 0;

function read(): void {
  try {
    state = JSON.parse(readFileSync(file, 'utf8')) as ProxyState;
  } catch {
    return; // Not there yet: the platform is about to write it.
  }
  targets = new Map(state.listen.map((each) => [`${each.host}:${each.port}`, each.targets]));
  for (const [at, server] of servers)
    if (!targets.has(at)) {
      server.close();
      servers.delete(at);
    }
  for (const { host, port } of state.listen) open(`${host}:${port}`, host, port);
  if (state.dns !== '') serveNames(state.dns);
}

function open(at: string, host: string, port: number): void {
  if (servers.has(at)) return;
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    const all = targets.get(at) ?? [];
    turn += 1;
    const target = all[turn % Math.max(1, all.length)];
    if (target === undefined) socket.resetAndDestroy();
    else pass(socket, target);
  });
  server.on('error', () => servers.delete(at));
  server.listen(port, host);
  servers.set(at, server);
}

function pass(socket: net.Socket, target: Target): void {
  const { relay } = state;
  const isFar = target.isFar === true;
  if (isFar && relay === undefined) {
    socket.resetAndDestroy();
    return;
  }
  const { host, port } = isFar && relay !== undefined ? relay : target;
  const far = net.connect({ host, port, allowHalfOpen: true });
  far.once('connect', () => {
    if (isFar && relay !== undefined) far.write(`${relay.word} ${target.host}:${target.port}\n`);
    socket.pipe(far);
    far.pipe(socket);
    socket.resume();
  });
  far.on('error', () => socket.destroy());
  socket.on('close', () => far.destroy());
  far.on('close', () => socket.destroySoon());
}

let names: dgram.Socket | undefined;

function serveNames(host: string): void {
  if (names !== undefined) return;
  const socket = dgram.createSocket('udp4');
  names = socket;
  socket.on('error', () => (names = undefined));
  socket.on('message', (message, { address, port }) => {
    ask(message, (answer) => socket.send(answer, port, address));
  });
  socket.bind(53, host);
  const server = net.createServer((client) => {
    client.on('error', () => client.destroy());
    client.on('data', (chunk: Buffer) => {
      // A question fits into one packet; whoever cuts it up asks again over UDP.
      if (chunk.length < 2 || chunk.length < 2 + chunk.readUInt16BE(0)) return;
      ask(chunk.subarray(2), (answer) => {
        const size = Buffer.alloc(2);
        size.writeUInt16BE(answer.length);
        client.write(Buffer.concat([size, answer]));
      });
    });
  });
  server.on('error', () => {});
  server.listen(53, host);
}

function ask(message: Buffer, reply: (answer: Buffer) => void): void {
  const question = readQuestion(message);
  if (question === undefined) return;
  const answer: Answer | undefined = lookUp(state, question.name, question.type);
  if (answer !== undefined) reply(writeAnswer(question, answer));
  else askElsewhere(message, reply);
}

const upstream = upstreamOf(readText('/etc/resolv.conf'));

function upstreamOf(text: string): string | undefined {
  const found = /^nameserver\s+(\d+\.\d+\.\d+\.\d+)/m.exec(text)?.[1];
  return text.includes(domain) ? undefined : found;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Whatever is not the cluster's is asked of the machine's own name server. */
function askElsewhere(message: Buffer, reply: (answer: Buffer) => void): void {
  if (upstream === undefined) return;
  const socket = dgram.createSocket('udp4');
  const over = setTimeout(() => socket.close(), 5000);
  socket.on('error', () => {});
  socket.once('message', (answer) => {
    clearTimeout(over);
    socket.close();
    reply(answer);
  });
  socket.send(message, 53, upstream);
}

read();
let isDue = false;
watch(folder, () => {
  if (isDue) return;
  isDue = true;
  setTimeout(() => {
    isDue = false;
    read();
  }, 20);
});
// A notice can be missed; and an address that could not be had yet is tried again.
setInterval(read, 5000);
process.on('SIGTERM', () => process.exit(0));
