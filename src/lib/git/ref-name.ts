import { invalid } from '../../base/index.ts';

// The rules of git-check-ref-format that keep a name from meaning something else to git.
const bad = /^[-/.]|\.\.|@\{|[\u0000-\u0020~^:?*[\\\u007f]|\/\/|\/\.|\.lock(\/|$)|[/.]$|^@$/;

/** The name of a ref, checked. Throws `KnownError('invalid')`. */
export function refName(name: string): string {
  if (name === '' || bad.test(name))
    throw invalid(`${JSON.stringify(name)} is not a name git allows`);
  return name;
}

/** `refs/heads/<branch>`, checked; a full ref is left as it is. */
export function branchRef(branch: string): string {
  return refName(branch.startsWith('refs/') ? branch : `refs/heads/${branch}`);
}
