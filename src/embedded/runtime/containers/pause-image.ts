import { buildLayer } from '../../../lib/oci/index.ts';
import { KnownError } from '../../../base/index.ts';
import type { Engine } from './engine.ts';

/** The image of infra containers: one program that waits for ever, so small that it is made here. */
export const pauseImage = 'localhost/trice-pause:1';

/** Machine code of `for (;;) pause();`, by Node's name of the processor. */
const programs: Readonly<Record<string, { readonly machine: number; readonly code: string }>> = {
  // mov eax, 34 (pause); syscall; jmp to the start
  x64: { machine: 62, code: 'b8220000000f05ebf7' },
  // x0 to x3 zero; mov x8, 73 (ppoll); svc 0; branch to the start
  arm64: {
    machine: 183,
    code: '000080d2010080d2020080d2030080d2280980d2010000d4faffff17',
  },
};

/** A whole ELF program: header, one segment, code. */
export function pauseProgram(architecture: string): Buffer {
  const program = programs[architecture];
  if (program === undefined)
    throw new KnownError('unsupported', `no container can be run on ${architecture} processors`);
  const code = Buffer.from(program.code, 'hex');
  const base = 0x400000n;
  const headers = 120;
  const file = Buffer.alloc(headers);
  file.write('\x7fELF\x02\x01\x01', 'latin1');
  file.writeUInt16LE(2, 16); // executable
  file.writeUInt16LE(program.machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(base + BigInt(headers), 24); // entry
  file.writeBigUInt64LE(64n, 32); // program header
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64); // load it
  file.writeUInt32LE(5, 68); // readable, executable
  file.writeBigUInt64LE(base, 80);
  file.writeBigUInt64LE(base, 88);
  file.writeBigUInt64LE(BigInt(headers + code.length), 96);
  file.writeBigUInt64LE(BigInt(headers + code.length), 104);
  file.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([file, code]);
}

/** Makes sure that the engine has the pause image. */
export async function ensurePauseImage(engine: Engine): Promise<void> {
  const { code } = await engine.ask(['image', 'inspect', pauseImage]);
  if (code === 0) return;
  const content = pauseProgram(process.arch);
  const { bytes } = await buildLayer([{ path: 'pause', content, mode: 0o755 }]);
  await engine.run(['import', '--change', 'CMD ["/pause"]', '-', pauseImage], { input: bytes });
}
