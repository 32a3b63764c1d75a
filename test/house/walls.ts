import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { reasons, rooms, type Room } from './import-table.ts';

/** The repository's root. */
export const root: string = path.resolve(import.meta.dirname, '../..');

const notOurs = new Set(['node_modules', 'testdata', 'dist', '.git', 'coverage']);

/** Every file below a folder, as paths relative to the root, sorted. */
export function filesBelow(folder: string): string[] {
  const found = readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const at = `${folder}/${entry.name}`;
    if (notOurs.has(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(at) : [at];
  });
  return found.toSorted();
}

/** Every folder directly below one, by name. */
export function foldersIn(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !notOurs.has(entry.name))
    .map((entry) => entry.name)
    .toSorted();
}

const importPattern =
  /^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;

/** What a source text imports, as written. */
export function importsOf(text: string): string[] {
  return Array.from(
    text.matchAll(importPattern),
    (found) => found[1] ?? found[2] ?? found[3] ?? '',
  );
}

/** The room that a path lies in: the longest that begins it. */
export function roomOf(file: string): Room | undefined {
  return rooms
    .filter((room) => file === room.path || file.startsWith(`${room.path}/`))
    .toSorted((a, b) => b.path.length - a.path.length)[0];
}

/** What is wrong with one import of a file; undefined when it is fine. Paths are relative to the root. */
export function wallProblem(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const to = path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier));
  const [here, there] = [roomOf(from), roomOf(to)];
  if (here === undefined) return `${from}: its folder is not in test/house/import-table.ts`;
  if (there === undefined)
    return to.startsWith('src/') ? `${from} imports ${to}, which is in no room` : undefined;
  if (here === there) return undefined;
  const allowed = here.sees.some(
    (each) => each === there.path || (each.endsWith('/') && there.path.startsWith(each)),
  );
  if (!allowed) {
    const why = reasons.find(([a, b]) => a.test(from) && b.test(to))?.[2];
    return `${from} may not import ${to}: ${why}`;
  }
  if (to === `${there.path}/index.ts` || there.path === 'src/apps/cli') return undefined;
  return `${from} enters ${there.path} through ${path.posix.basename(to)}; the door is index.ts`;
}

export function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}
