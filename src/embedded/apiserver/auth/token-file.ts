import { KnownError } from '../../../base/index.ts';
import type { User } from './user.ts';

/** Known bearer tokens: token → who it speaks for. */
export type StaticTokens = ReadonlyMap<string, User>;

/**
 * Reads a static token file, as `--token-auth-file` of an API server takes it: one CSV line per
 * token, `token,user,uid,"group1,group2"`, the groups optional. A later line wins over an earlier one
 * with the same token. `file` is named in complaints; tokens never are.
 */
export function parseTokenFile(text: string, file: string): StaticTokens {
  const tokens = new Map<string, User>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const where = { file, line: at + 1 };
    const [token, name, uid, groups = ''] = cells(line, where);
    if (token === undefined || name === undefined || uid === undefined)
      throw new KnownError(
        'invalid',
        `${file}:${at + 1}: a line needs at least token,user,uid and may have groups as a fourth cell`,
        { where },
      );
    if (token === '') continue;
    const names = groups.split(',').filter((each) => each !== '');
    tokens.set(token, { name, uid, groups: names });
  }
  return tokens;
}

/** The cells of one line; a quoted cell may hold commas, and `""` for a quote. */
function cells(
  line: string,
  where: { readonly file: string; readonly line: number },
): readonly string[] {
  const found: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (let more = true; more;) {
    const match = cell.exec(line);
    if (!match)
      throw new KnownError(
        'invalid',
        `${where.file}:${where.line}: a quote is not closed or stands inside a cell`,
        { where },
      );
    found.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    more = match[3] === ',';
  }
  return found;
}
