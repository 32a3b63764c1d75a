import type { Channels } from '../channels.ts';
import type { Upgrade } from '../upgrades.ts';
import { acceptSpdy } from './accept.ts';
import type { SpdyStream } from './connection.ts';

const protocols = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];
const channelOf: Readonly<Record<string, number>> = {
  stdin: 0,
  stdout: 1,
  stderr: 2,
  error: 3,
  resize: 4,
};
const patienceMs = 30_000;

/** The streams of exec over SPDY as channels, once the client has opened those it is to open. */
export async function spdyChannels(upgrade: Upgrade, wanted: readonly string[]): Promise<Channels> {
  const streams = new Map<number, SpdyStream>();
  const numbers = wanted.map((type) => channelOf[type]!);
  let arrived = (): void => {};
  const all = new Promise<void>((resolve) => {
    arrived = () => {
      if (numbers.every((number) => streams.has(number))) resolve();
    };
  });
  const { connection, protocol } = acceptSpdy(upgrade, protocols, (stream) => {
    const number = channelOf[stream.headers.get('streamtype') ?? ''];
    if (number === undefined) stream.end();
    else streams.set(number, stream);
    arrived();
  });
  const { clock } = upgrade.call.state;
  await Promise.race([all, clock.sleep(patienceMs, connection.signal).catch(() => {})]);
  return {
    protocol,
    signal: connection.signal,
    send: async (channel, bytes) => streams.get(channel)?.send(bytes),
    receive(listen) {
      for (const number of [0, 4]) streams.get(number)?.receive((bytes) => listen(number, bytes));
    },
    close: () => connection.close(),
  };
}
