import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a ref holds; '' when it is not there. A file of its own counts before the packed list, as in git. */
export async function readRef(dir: string, ref: string): Promise<string> {
  if (ref.split('/').includes('..')) return '';
  const content = await readFile(join(dir, ref), 'utf8').catch(() => '');
  return content.trim() || (await packedRef(dir, ref));
}

async function packedRef(dir: string, ref: string): Promise<string> {
  const packed = await readFile(join(dir, 'packed-refs'), 'utf8').catch(() => '');
  const line = packed.split('\n').find((each) => each.endsWith(` ${ref}`));
  return line?.split(' ')[0] ?? '';
}

/** Makes HEAD the given branch when what it names is not there: the first branch pushed is the default. */
export async function setHead(dir: string, ref: string): Promise<void> {
  const head = await readFile(join(dir, 'HEAD'), 'utf8');
  const named = /^ref: (refs\/heads\/\S+)/.exec(head)?.[1];
  if (named === ref || named === undefined || (await readRef(dir, named)) !== '') return;
  const fresh = join(dir, `HEAD.new`);
  await writeFile(fresh, `ref: ${ref}\n`);
  await rename(fresh, join(dir, 'HEAD'));
}
