import { readFile } from 'node:fs/promises';

/** `vX.Y.Z` of this package. */
export async function versionText(): Promise<string> {
  const file = new URL('../../../../package.json', import.meta.url);
  const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string };
  return `v${version}`;
}
