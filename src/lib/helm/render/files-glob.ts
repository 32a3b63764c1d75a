import { literal } from '../glob.ts';

/**
 * A pattern of the library gobwas/glob with `/` as separator: `*` stays inside a folder, `**` does
 * not, `?`, `[a-z]`, `[!a]`, `{a,b}`. A pattern that does not compile matches everything, as in Helm.
 */
export function globToRegExp(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${sourceOf(pattern)})$`, 'su');
  } catch {
    return /^/;
  }
}

function sourceOf(pattern: string): string {
  let source = '';
  let depth = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? '';
    if (char === '*') {
      const isDouble = pattern[at + 1] === '*';
      source += isDouble ? '.*' : '[^/]*';
      if (isDouble) at += 1;
    } else if (char === '[') {
      const end = pattern.indexOf(']', at + 2);
      if (end === -1) throw new SyntaxError('unclosed class');
      source += classOf(pattern.slice(at + 1, end));
      at = end;
    } else if (char === '\\') {
      at += 1;
      source += literal(pattern[at] ?? '');
    } else {
      const [text, change] = plain(char, depth);
      source += text;
      depth += change;
    }
  }
  if (depth !== 0) throw new SyntaxError('unclosed alternatives');
  return source;
}

function plain(char: string, depth: number): [string, number] {
  if (char === '?') return ['[^/]', 0];
  if (char === '{') return ['(?:', 1];
  if (char === '}' && depth > 0) return [')', -1];
  if (char === ',' && depth > 0) return ['|', 0];
  return [literal(char), 0];
}

function classOf(inside: string): string {
  const isNegated = inside.startsWith('!');
  const body = (isNegated ? inside.slice(1) : inside).replaceAll(/[\\^[\]&~|]/g, '\\$&');
  return `[${isNegated ? '^' : ''}${body}]`;
}
