import { posix } from 'node:path';
import { invalid } from '../../../base/index.ts';

/** A repository in memory: its files by path, `/` between the parts, none before the first. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

const remoteUrl =
  /^(?:https?|file|ssh):\/\/|^git(?:::|@|\+)|^[\w.-]+@[\w.-]+:|\.git(?:$|[/?])|\?ref=/;
const knownHost = /^(?:github\.com|gitlab\.com|bitbucket\.org|dev\.azure\.com)[/:]/;

/** Whether a path asks for another repository or a URL. */
export function isRemote(path: string): boolean {
  return remoteUrl.test(path) || knownHost.test(path);
}

/**
 * The files that one kustomization may read: those in its folder and below. Other folders are reached
 * by `folder`, which keeps track of who leads where, so that no kustomization leads back to itself.
 */
export class FileTree {
  readonly files: Files;
  /** The folder, as a clean path; the root of the repository is empty. */
  readonly root: string;
  private readonly referrer: FileTree | undefined;
  private readonly folders: ReadonlySet<string>;

  constructor(files: Files, dir: string, referrer?: FileTree) {
    this.files = files;
    this.referrer = referrer;
    this.folders = referrer?.folders ?? foldersOf(files);
    this.root = referrer === undefined ? this.confirm(clean(dir), dir) : dir;
  }

  /** The folder as messages show it. */
  get shownRoot(): string {
    return shown(this.root);
  }

  /** Another folder, from here. */
  folder(path: string): FileTree {
    if (path === '') throw invalid('new root cannot be empty');
    if (isRemote(path)) throw remote(path);
    if (path.startsWith('/')) throw invalid(`new root '${path}' cannot be absolute`);
    const joined = this.join(path);
    const root = this.confirm(joined, joined);
    this.refuseCycle(root);
    return new FileTree(this.files, root, this);
  }

  /** A file's bytes as text; only in this folder and below. */
  text(path: string): string {
    const content = this.read(path);
    return typeof content === 'string' ? content : new TextDecoder().decode(content);
  }

  /** A file's content as it was given. */
  read(path: string): string | Uint8Array {
    if (isRemote(path)) throw remote(path);
    const full = path.startsWith('/') ? undefined : this.join(path);
    const content = full === undefined ? undefined : this.files.get(full);
    if (full !== undefined && content !== undefined && isBelow(full, this.root)) return content;
    if (full !== undefined && this.folders.has(full)) {
      throw invalid(`'${shown(full)}' must resolve to a file`);
    }
    if (content === undefined) throw missing(full ?? path);
    throw invalid(`security; file '${full ?? path}' is not in or below '${this.shownRoot}'`);
  }

  has(path: string): boolean {
    return this.files.has(this.join(path));
  }

  private join(path: string): string {
    const joined = clean(posix.join(this.root === '' ? '.' : this.root, path));
    if (joined === '..' || joined.startsWith('../')) {
      throw invalid(`'${path}' in '${this.shownRoot}' lies outside the repository`);
    }
    return joined;
  }

  private confirm(path: string, given: string): string {
    if (this.folders.has(path)) return path;
    if (this.files.has(path)) {
      throw invalid(`must build at directory: '${shown(path)}': file is not directory`);
    }
    throw invalid(`must build at directory: not a valid directory: ${missing(given).message}`);
  }

  private refuseCycle(root: string): void {
    if (isBelow(this.root, root)) {
      throw invalid(
        `cycle detected: candidate root '${shown(root)}' contains visited root '${this.shownRoot}'`,
      );
    }
    this.referrer?.refuseCycle(root);
  }
}

function clean(path: string): string {
  const normal = posix.normalize(path === '' ? '.' : path).replace(/\/$/, '');
  return normal === '.' ? '' : normal;
}

function shown(path: string): string {
  return path === '' ? '.' : path;
}

function isBelow(path: string, root: string): boolean {
  return root === '' || path === root || path.startsWith(`${root}/`);
}

function foldersOf(files: Files): Set<string> {
  const out = new Set(['']);
  for (const path of files.keys()) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      out.add(path.slice(0, at));
    }
  }
  return out;
}

function missing(path: string): Error {
  return invalid(`evalsymlink failure on '${path}' : lstat ${path}: no such file or directory`);
}

function remote(path: string): Error {
  return invalid(
    `'${path}' is remote: only files of this repository can be built; copy it here, or make it a source of its own`,
  );
}
