/** A shell pattern (`*`, `?`, `[a-z]`) as a pattern for a whole text; a wrong one matches itself only. */
export function globPattern(glob: string): RegExp {
  const source = glob.replaceAll(/\[\^?[^\]]+\]|\\.|[^]/g, (token) => {
    if (token === '*') return '[^]*';
    if (token === '?') return '[^]';
    if (token.length > 1 && token.startsWith('[')) return token.replace(/\\/g, '\\\\');
    return token.replace(/^\\(?=.)/, '').replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  });
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return new RegExp(`^${glob.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')}$`);
  }
}
