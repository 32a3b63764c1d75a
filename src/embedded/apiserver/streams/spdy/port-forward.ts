import net from 'node:net';
import { messageOf, type KubeObject } from '../../../../base/index.ts';
import type { Call } from '../../server-state.ts';
import { dialPod } from '../../subresources/proxy-target.ts';
import { storedOfCall } from '../../verbs/get.ts';
import type { Upgrade } from '../upgrades.ts';
import { acceptSpdy, acceptTunnel, wantsSpdy } from './accept.ts';
import type { SpdyStream } from './connection.ts';

interface Pair {
  error?: SpdyStream;
  data?: SpdyStream;
}

/** `kubectl port-forward`: for each connection a data and an error stream, paired by request id. */
export async function forwardOverSpdy(upgrade: Upgrade): Promise<void> {
  const { call } = upgrade;
  const pod = storedOfCall(call).parse();
  const pairs = new Map<string, Pair>();
  const onStream = (stream: SpdyStream): void => {
    const id = stream.headers.get('requestid') ?? '';
    const pair = pairs.get(id) ?? {};
    if (stream.headers.get('streamtype') === 'error') pair.error = stream;
    else pair.data = stream;
    pairs.set(id, pair);
    if (!pair.data || !pair.error) return;
    pairs.delete(id);
    void join(call, pod, { data: pair.data, error: pair.error });
  };
  if (wantsSpdy(upgrade)) acceptSpdy(upgrade, ['portforward.k8s.io'], onStream);
  else await acceptTunnel(upgrade, onStream);
}

async function join(call: Call, pod: KubeObject, { data, error }: Required<Pair>): Promise<void> {
  const port = Number(data.headers.get('port'));
  const fail = async (thrown: unknown): Promise<void> => {
    const why = `error forwarding port ${port} to pod ${pod.metadata.name}: ${messageOf(thrown)}`;
    await error.send(Buffer.from(why)).catch(() => {});
    error.end();
    data.end();
  };
  try {
    const { host, port: to } = await dialPod(call.state, pod, port);
    const socket = net.connect({ host, port: to, allowHalfOpen: true });
    connect(socket, data, error, (thrown) => void fail(thrown));
  } catch (thrown) {
    await fail(thrown);
  }
}

function connect(
  socket: net.Socket,
  data: SpdyStream,
  error: SpdyStream,
  fail: (thrown: unknown) => void,
): void {
  socket.on('error', fail);
  socket.on('data', (bytes: Buffer) => {
    socket.pause();
    data.send(bytes).then(
      () => socket.resume(),
      () => socket.destroy(),
    );
  });
  socket.on('end', () => {
    data.end();
    error.end();
  });
  data.receive((bytes) => {
    if (bytes === undefined) socket.end();
    else socket.write(bytes);
  });
}
