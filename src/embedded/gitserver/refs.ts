import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What a ref holds; '' when it is not there. Reads the file that receive-pack just wrote: refs that
 * were packed away since are not looked for, because nothing packs them while a push is answered.
 */
export async function readRef(dir: string, ref: string): Promise<string> {
  if (ref.split('/').includes('..')) return '';
  const content = await readFile(join(dir, ref), 'utf8').catch(() => '');
  return content.trim();
}

/** Makes HEAD the given branch when what it names is not there: the first branch pushed is the default. */
export async function setHead(dir: string, ref: string): Promise<void> {
  const head = await readFile(join(dir, 'HEAD'), 'utf8');
  const named = /^ref: (refs\/heads\/\S+)/.exec(head)?.[1];
  if (named === ref || named === undefined || (await isRef(dir, named))) return;
  const fresh = join(dir, `HEAD.new`);
  await writeFile(fresh, `ref: ${ref}\n`);
  await rename(fresh, join(dir, 'HEAD'));
}

async function isRef(dir: string, ref: string): Promise<boolean> {
  if ((await readRef(dir, ref)) !== '') return true;
  const packed = await readFile(join(dir, 'packed-refs'), 'utf8').catch(() => '');
  return packed.split('\n').some((line) => line.endsWith(` ${ref}`));
}
