import { buildLayer } from '../../../lib/oci/index.ts';
import { KnownError } from '../../../base/index.ts';
import { elfProgram, machines } from './elf.ts';
import type { Engine } from './engine.ts';

/** The image of infra containers: one program that waits for ever, so small that it is made here. */
export const pauseImage = 'localhost/trice-pause:1';

/** Machine code of `for (;;) pause();`, by Node's name of the processor. */
const programs: Readonly<Record<string, string>> = {
  // mov eax, 34 (pause); syscall; jmp to the start
  x64: 'b8220000000f05ebf7',
  // x0 to x3 zero; mov x8, 73 (ppoll); svc 0; branch to the start
  arm64: '000080d2010080d2020080d2030080d2280980d2010000d4faffff17',
};

/** A whole ELF program: header, one segment, code. */
export function pauseProgram(architecture: string): Buffer {
  const [code, machine] = [programs[architecture], machines[architecture]];
  if (code === undefined || machine === undefined)
    throw new KnownError('unsupported', `no container can be run on ${architecture} processors`);
  return elfProgram(machine, Buffer.from(code, 'hex'));
}

/** Makes sure that the engine has the pause image. */
export async function ensurePauseImage(engine: Engine): Promise<void> {
  const { code } = await engine.ask(['image', 'inspect', pauseImage]);
  if (code === 0) return;
  const content = pauseProgram(process.arch);
  const { bytes } = await buildLayer([{ path: 'pause', content, mode: 0o755 }]);
  await engine.run(['import', '--change', 'CMD ["/pause"]', '-', pauseImage], { input: bytes });
}
