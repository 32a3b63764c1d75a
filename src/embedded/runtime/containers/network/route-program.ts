import { KnownError } from '../../../../base/index.ts';
import { elfProgram, machines } from '../elf.ts';

/**
 * A program that tells the kernel that a range of addresses is its own (`ip route add local RANGE dev lo`),
 * and ends. It is made here, instruction by instruction, because an image of ours holds no `ip`.
 */
export function routeProgram(architecture: string, range: { base: string; bits: number }): Buffer {
  const machine = machines[architecture];
  const message = localRoute(range);
  if (machine === undefined)
    throw new KnownError('unsupported', `no container can be run on ${architecture} processors`);
  const code = architecture === 'x64' ? x64(message.length) : arm64(message.length);
  return elfProgram(machine, Buffer.concat([code, message]));
}

/** RTM_NEWROUTE for the local table, as rtnetlink(7) has it. */
export function localRoute({ base, bits }: { base: string; bits: number }): Buffer {
  const message = Buffer.alloc(44);
  message.writeUInt32LE(44, 0);
  message.writeUInt16LE(24, 4); // RTM_NEWROUTE
  message.writeUInt16LE(0x501, 6); // request, create, replace
  message.writeUInt32LE(1, 8);
  message[16] = 2; // IPv4
  message[17] = bits;
  message[20] = 255; // table local
  message[21] = 3; // by hand
  message[22] = 254; // this host only
  message[23] = 2; // local
  message.writeUInt16LE(8, 28);
  message.writeUInt16LE(1, 30); // destination
  Buffer.from(base.split('.').map(Number)).copy(message, 32);
  message.writeUInt16LE(8, 36);
  message.writeUInt16LE(4, 38); // interface: the first one is lo
  message.writeUInt32LE(1, 40);
  return message;
}

/** socket(NETLINK, RAW, ROUTE), write(it, message), exit(0); the message follows the code. */
function x64(length: number): Buffer {
  const code = Buffer.from(
    'b829000000bf10000000be0300000031d20f0589c7b801000000488d351000000' +
      '0ba000000000f05b83c00000031ff0f05',
    'hex',
  );
  code.writeUInt32LE(length, 34);
  return code;
}

function arm64(length: number): Buffer {
  const set = (register: number, value: number): number =>
    (0xd2800000 | (value << 5) | register) >>> 0;
  const call = 0xd4000001;
  // x1: the address of the message, seven instructions on.
  const message = (0x10000000 | (7 << 5) | 1) >>> 0;
  const socket = [set(0, 16), set(1, 3), set(2, 0), set(8, 198), call];
  const write = [message, set(2, length), set(8, 64), call];
  const words = [...socket, ...write, set(0, 0), set(8, 93), call];
  const code = Buffer.alloc(words.length * 4);
  for (const [at, word] of words.entries()) code.writeUInt32LE(word, at * 4);
  return code;
}
