import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { KnownError } from '../../../base/index.ts';
import type { Executing, ExecOptions, PodRuntime } from '../pod-runtime.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let test: TestServer;
let port: number;
let stop: () => Promise<void>;

beforeEach(async () => {
  test = await startTestServer({ auth: { anonymousIsAdmin: true } });
  const listening = await test.server.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = listening);
  stop = () => listening.close();
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  await test.call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec });
});
afterEach(async () => {
  await stop();
  await test.server.close();
});

/** A runtime whose only command gives back its input in capitals and ends with the code it is told. */
function shouting(seen: ExecOptions[]): PodRuntime {
  return {
    logs: () => Promise.reject(new KnownError('unsupported', 'no logs')),
    dial: () => Promise.reject(new KnownError('unsupported', 'no ports')),
    exec: (_pod, options) => {
      seen.push(options);
      if (options.command[0] === 'missing')
        return Promise.reject(new KnownError('not-found', 'no such program'));
      return Promise.resolve(shout(options));
    },
  };
}

function shout(options: ExecOptions): Executing {
  const outputs = new TransformStream<Uint8Array, Uint8Array>({
    transform: (bytes, controller) =>
      controller.enqueue(Buffer.from(Buffer.from(bytes).toString().toUpperCase())),
  });
  void (options.stdin ?? new Blob(['nothing']).stream()).pipeTo(outputs.writable);
  return {
    stdout: outputs.readable,
    stderr: new Blob(['warned']).stream(),
    exit: Promise.resolve(Number(options.command[1] ?? 0)),
    resize: () => {},
  };
}

interface Heard {
  readonly socket: WebSocket;
  readonly frames: { channel: number; text: string }[];
  readonly closed: Promise<number>;
}

function connect(path: string, protocols: string[]): Promise<Heard> {
  const socket = new WebSocket(
    `ws://127.0.0.1:${port}/api/v1/namespaces/default/pods/${path}`,
    protocols,
  );
  const frames: Heard['frames'] = [];
  socket.on('message', (raw: Buffer) =>
    frames.push({ channel: raw[0]!, text: raw.subarray(1).toString() }),
  );
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve({ socket, frames, closed }));
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      reject(new Error(`answered ${response.statusCode}`));
    });
    socket.on('error', reject);
  });
}

const textOf = ({ frames }: Heard, channel: number): string =>
  frames
    .filter((frame) => frame.channel === channel)
    .map(({ text }) => text)
    .join('');

describe('exec', () => {
  it('carries input, both outputs and the exit code', async () => {
    const seen: ExecOptions[] = [];
    test.server.setPodRuntime(shouting(seen));
    const heard = await connect('p/exec?command=x&command=7&stdin=true&stdout=true&stderr=true', [
      'v5.channel.k8s.io',
    ]);
    heard.socket.send(Buffer.from('\0hello '));
    heard.socket.send(Buffer.from('\0you'));
    heard.socket.send(Buffer.from([255, 0]));
    expect(await heard.closed).toBe(1000);
    expect(heard.frames[0]).toEqual({ channel: 1, text: '' });
    expect(textOf(heard, 1)).toBe('HELLO YOU');
    expect(textOf(heard, 2)).toBe('warned');
    expect(JSON.parse(textOf(heard, 3))).toEqual({
      metadata: {},
      status: 'Failure',
      message: 'command terminated with non-zero exit code: exit status 7',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    });
    expect(seen[0]).toMatchObject({ container: 'c', command: ['x', '7'], tty: false });
  });

  it('says Success, and speaks v4 to older clients', async () => {
    test.server.setPodRuntime(shouting([]));
    const heard = await connect('p/exec?command=x&stdout=true', [
      'v4.channel.k8s.io',
      'v3.channel.k8s.io',
    ]);
    await heard.closed;
    expect(heard.socket.protocol).toBe('v4.channel.k8s.io');
    expect(textOf(heard, 1)).toBe('NOTHING');
    expect(JSON.parse(textOf(heard, 3))).toEqual({ metadata: {}, status: 'Success' });
  });

  it('tells of a command that cannot be run', async () => {
    test.server.setPodRuntime(shouting([]));
    const heard = await connect('p/exec?command=missing&stdout=true', ['v5.channel.k8s.io']);
    await heard.closed;
    expect(JSON.parse(textOf(heard, 3))).toMatchObject({
      status: 'Failure',
      message: 'Internal error occurred: no such program',
    });
  });

  it('is refused before the upgrade when it cannot be', async () => {
    await expect(connect('none/exec?command=x', ['v5.channel.k8s.io'])).rejects.toThrow(
      'answered 404',
    );
    await expect(connect('p/exec', ['v5.channel.k8s.io'])).rejects.toThrow('answered 400');
    await expect(connect('p/nothing', ['v5.channel.k8s.io'])).rejects.toThrow('answered 405');
  });
});

describe('port-forward', () => {
  it('joins a port of the pod, announcing it on both channels', async () => {
    const echo = net.createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const at = { host: '127.0.0.1', port: (echo.address() as AddressInfo).port };
    test.server.setPodRuntime({ ...shouting([]), dial: () => Promise.resolve(at) });
    const heard = await connect('p/portforward?ports=8080', ['v4.channel.k8s.io']);
    heard.socket.send(Buffer.from('\0ping'));
    while (!textOf(heard, 0).includes('ping')) await new Promise(setImmediate);
    const number = Buffer.from([8080 & 255, 8080 >> 8]).toString();
    expect(textOf(heard, 0)).toBe(`${number}ping`);
    expect(textOf(heard, 1)).toBe(number);
    heard.socket.close();
    await heard.closed;
    echo.close();
  });
});
