/** Processors that programs are made for here, by Node's names, with their numbers in ELF files. */
export const machines: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/** A whole Linux program of nothing but these instructions: ELF header, one segment, code. */
export function elfProgram(machine: number, code: Buffer): Buffer {
  const base = 0x400000n;
  const headers = 120;
  const file = Buffer.alloc(headers);
  file.write('\x7fELF\x02\x01\x01', 'latin1');
  file.writeUInt16LE(2, 16); // executable
  file.writeUInt16LE(machine, 18);
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
