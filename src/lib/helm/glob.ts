import { KnownError } from '../../base/index.ts';

/** A Go `filepath.Match` pattern as a regular expression: `*` and `?` never cross a `/`. */
export function globPattern(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? '';
    if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '\\') source += literal(pattern[(at += 1)] ?? bad(pattern));
    else if (char === '[') {
      const end = classEnd(pattern, at);
      source += `(?!/)${pattern.slice(at, end)}]`;
      at = end;
    } else source += literal(char);
  }
  return new RegExp(`^${source}$`, 'su');
}

function classEnd(pattern: string, start: number): number {
  let at = start + (pattern[start + 1] === '^' ? 2 : 1);
  while (at < pattern.length && pattern[at] !== ']') at += pattern[at] === '\\' ? 2 : 1;
  return at < pattern.length ? at : bad(pattern);
}

/** The character as a regular expression with the `u` flag that matches it alone. */
export function literal(char: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

function bad(pattern: string): never {
  throw new KnownError('invalid', `syntax error in pattern: ${pattern}`);
}
