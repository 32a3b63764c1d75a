import { describe, expect, it } from 'vitest';
import { headerDictionary } from './dictionary.ts';
import { cutFrames, controlFrame, dataFrame } from './frames.ts';
import { createHeaderBlocks } from './header-block.ts';

describe('SPDY/3.1', () => {
  it('begins compression with the dictionary everybody has', async () => {
    const dictionary = headerDictionary();
    expect(dictionary.length).toBe(1423);
    let [a, b] = [1, 0];
    for (const byte of dictionary) {
      a = (a + byte) % 65_521;
      b = (b + a) % 65_521;
    }
    expect((b * 65_536 + a).toString(16)).toBe('e3c6a7c2');
    const first = await createHeaderBlocks().encode(new Map([['streamtype', 'error']]));
    expect(first.subarray(1, 6).toString('hex')).toMatch(/^..e3c6a7c2$/);
  });

  it('keeps one compression context for all headers of a connection', async () => {
    const [ours, theirs] = [createHeaderBlocks(), createHeaderBlocks()];
    const sizes: number[] = [];
    for (let at = 0; at < 3; at++) {
      const headers = new Map([
        ['streamtype', 'data'],
        ['port', '8080'],
        ['requestid', String(at)],
      ]);
      const block = await ours.encode(headers);
      sizes.push(block.length);
      expect(await theirs.decode(block)).toEqual(headers);
    }
    expect(sizes[1]).toBeLessThan(sizes[0]!);
  });

  it('cuts frames out of any division of the bytes', () => {
    const all = Buffer.concat([
      controlFrame(6, Buffer.from([0, 0, 0, 1])),
      dataFrame(3, Buffer.from('hello'), false),
      dataFrame(3, Buffer.alloc(0), true),
    ]);
    for (let size = 1; size < all.length; size++) {
      const seen: string[] = [];
      let rest: Buffer = Buffer.alloc(0);
      for (let at = 0; at < all.length; at += size) {
        const cut = cutFrames(Buffer.concat([rest, all.subarray(at, at + size)]));
        ({ rest } = cut);
        for (const frame of cut.frames)
          seen.push(
            frame.is === 'data' ? `data ${frame.bytes} ${frame.fin}` : `control ${frame.type}`,
          );
      }
      expect(seen).toEqual(['control 6', 'data hello false', 'data  true']);
    }
    expect(() => cutFrames(Buffer.from('8003000100ffffff', 'hex'))).toThrow(/too long/);
  });
});
