import { chmod, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../base/index.ts';

/** Writes beside the file and puts it in place, so that a reader never sees half of it. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`);
  const mode = await stat(file).then(
    (found) => found.mode,
    () => undefined,
  );
  try {
    const handle = await open(beside, 'w');
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
    if (mode !== undefined) await chmod(beside, mode);
    await rename(beside, file);
  } catch (thrown) {
    await rm(beside, { force: true });
    throw new KnownError('failed', `${file}: ${(thrown as Error).message}`, { cause: thrown });
  }
}
