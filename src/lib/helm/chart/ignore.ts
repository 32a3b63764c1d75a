import { KnownError } from '../../../base/index.ts';
import { globPattern } from '../glob.ts';

/** Rules of a .helmignore file. */
export interface IgnoreRules {
  /** Whether the path (without a leading `/`) is left out of the chart. */
  ignores(path: string, isFolder: boolean): boolean;
}

interface Rule {
  readonly isNegated: boolean;
  readonly onlyFolders: boolean;
  readonly matches: (path: string) => boolean;
}

/** Reads .helmignore; Helm's built-in rule for hidden files under templates/ is added. */
export function parseIgnoreRules(text: string): IgnoreRules {
  const rules = [...text.replace(/^\uFEFF/, '').split('\n'), 'templates/.?*'].flatMap(ruleOf);
  return {
    ignores: (path, isFolder) => {
      if (path === '' || path === '.' || path === './') return false;
      for (const rule of rules) {
        const matches = (!rule.onlyFolders || isFolder) && rule.matches(path);
        if (matches !== rule.isNegated) return true;
      }
      return false;
    },
  };
}

function ruleOf(line: string): Rule[] {
  let text = line.trim();
  if (text === '' || text.startsWith('#')) return [];
  if (text.includes('**')) {
    throw new KnownError(
      'invalid',
      `double-star (**) syntax is not supported (.helmignore: ${text})`,
    );
  }
  const isNegated = text.startsWith('!');
  if (isNegated) text = text.slice(1);
  const onlyFolders = text.endsWith('/');
  if (onlyFolders) text = text.slice(0, -1);
  const pattern = globPattern(text.replace(/^\//, ''));
  const byName = !text.includes('/');
  const matches = (path: string): boolean =>
    pattern.test(byName ? path.slice(path.lastIndexOf('/') + 1) : path);
  return [{ isNegated, onlyFolders, matches }];
}
