import { readlink } from 'node:fs/promises';
import { join } from 'node:path';

const maxLinks = 40;

/**
 * Where a folder of an unpacked image really is, with every link on the way resolved as a process with
 * this root would see it: absolute targets start at `root`, `..` stops there. Undefined when links
 * run in circles. The folder need not exist.
 */
export async function insideRoot(root: string, path: string): Promise<string | undefined> {
  const rest = path.split('/').toReversed();
  const at: string[] = [];
  for (let links = 0; rest.length > 0;) {
    const part = rest.pop() ?? '';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at.pop();
      continue;
    }
    const target = await readlink(join(root, ...at, part)).catch(() => undefined);
    if (target === undefined) {
      at.push(part);
      continue;
    }
    links += 1;
    if (links > maxLinks) return undefined;
    if (target.startsWith('/')) at.length = 0;
    rest.push(...target.split('/').toReversed());
  }
  return join(root, ...at);
}
