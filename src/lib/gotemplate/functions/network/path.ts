import type { FunctionTable } from '../../signature.ts';
import { fn } from '../define.ts';

/** path.Clean: the shortest path that means the same, `.` for none. */
export function cleanPath(path: string): string {
  if (path === '') return '.';
  const isRooted = path.startsWith('/');
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') out.push(part);
    else if (out.length > 0 && out.at(-1) !== '..') out.pop();
    else if (!isRooted) out.push('..');
  }
  const joined = out.join('/');
  if (isRooted) return `/${joined}`;
  return joined === '' ? '.' : joined;
}

function base(path: string): string {
  if (path === '') return '.';
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

function dir(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf('/') + 1));
}

function ext(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}

const one = ['string'] as const;
const isAbs = (path: string): boolean => path.startsWith('/');

/** Paths with slashes; the `os` ones are those of Unix. */
export const pathFunctions: FunctionTable = {
  base: fn(one, base),
  osBase: fn(one, base),
  dir: fn(one, dir),
  osDir: fn(one, dir),
  clean: fn(one, cleanPath),
  osClean: fn(one, cleanPath),
  ext: fn(one, ext),
  osExt: fn(one, ext),
  isAbs: fn(one, isAbs),
  osIsAbs: fn(one, isAbs),
};
