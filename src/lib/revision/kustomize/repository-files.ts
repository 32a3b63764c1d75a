import { posix } from 'node:path';
import { KnownError } from '../../../base/index.ts';
import type { Decrypt } from '../decrypt.ts';
import type { TreeFile } from '../../git/index.ts';
import type { Source } from '../reading.ts';
import type { Tree } from '../places.ts';
import { parentOf } from '../places.ts';

/** Names that a kustomization file can have. */
export const kustomizationNames: readonly string[] = [
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
];

/**
 * The files of a revision as kustomize wants them: in memory. Only what a kustomization may name is
 * loaded; what a build asks for beyond that is noted, loaded, and the build done again.
 */
export class RepositoryFiles extends Map<string, Uint8Array> {
  readonly #source: Pick<Source, 'read'>;
  readonly #tree: Tree;
  #loaded = new Map<string, Buffer>();
  #read = new Set<string>();
  #missed = new Set<string>();
  readonly #decrypt: Decrypt | undefined;
  #opened = new Set<string>();
  readonly #closed = new Map<string, KnownError>();

  constructor(source: Pick<Source, 'read'>, tree: Tree, decrypt?: Decrypt) {
    super();
    this.#decrypt = decrypt;
    const nothing = new Uint8Array();
    for (const path of tree.keys()) this.set(path, nothing);
    this.#source = source;
    this.#tree = tree;
  }

  override get(path: string): Uint8Array | undefined {
    if (!this.#tree.has(path)) return undefined;
    this.#read.add(path);
    const closed = this.#closed.get(path);
    if (closed !== undefined) throw closed;
    const content = this.#loaded.get(path);
    if (content === undefined) this.#missed.add(path);
    return content ?? new Uint8Array();
  }

  /** Whether the present build has asked for a file. */
  wasRead(path: string): boolean {
    return this.#read.has(path);
  }

  /** What the present build has read that was encrypted: opened, or not to be opened. */
  get encrypted(): 'none' | 'opened' | 'closed' {
    const read = [...this.#read];
    if (read.some((path) => this.#closed.has(path))) return 'closed';
    return read.some((path) => this.#opened.has(path)) ? 'opened' : 'none';
  }

  /** Runs a build until all that it asks for is there; its result, and the files it has read. */
  async run<T>(dir: string, build: () => T): Promise<{ result: T; read: ReadonlySet<string> }> {
    await this.#load(await this.references(dir));
    for (;;) {
      this.#read = new Set();
      this.#missed = new Set();
      const result = build();
      if (this.#missed.size === 0) return { result, read: this.#read };
      await this.#load(this.#missed);
    }
  }

  /**
   * Every file that a kustomization, or one that it leads to, may name: each word of its text that is a
   * path from its folder. That is too much rather than too little, and needs no valid YAML.
   */
  async references(dir: string): Promise<Set<string>> {
    const found = new Set<string>();
    const folders = new Set<string>();
    const visit = async (folder: string): Promise<void> => {
      if (folders.has(folder)) return;
      folders.add(folder);
      const files = kustomizationNames
        .map((name) => posix.join(folder, name))
        .filter((file) => this.#tree.has(file));
      for (const file of files) {
        found.add(file);
        await this.#load([file]);
        for (const path of pathsIn(this.#loaded.get(file)?.toString('utf8') ?? '', folder)) {
          if (this.#tree.has(path)) found.add(path);
          else await visit(path);
        }
      }
    };
    await visit(dir);
    return found;
  }

  async #load(paths: Iterable<string>): Promise<void> {
    for (const path of paths) {
      const file = this.#tree.get(path);
      if (file === undefined || this.#loaded.has(path)) continue;
      this.#loaded.set(path, await this.#open(path, await this.#contentOf(path, file)));
    }
  }

  async #open(path: string, content: Buffer): Promise<Buffer> {
    const text = this.#decrypt === undefined ? '' : content.toString('utf8');
    const format = this.#decrypt?.formatOf(path, text);
    if (format === undefined || this.#decrypt === undefined) return content;
    try {
      const opened = Buffer.from(await this.#decrypt.open(text, path, format));
      this.#opened.add(path);
      return opened;
    } catch (thrown) {
      if (!(thrown instanceof KnownError)) throw thrown;
      this.#closed.set(path, thrown);
      return content;
    }
  }

  /** A link inside the repository leads to its file; a link out of it, or to a folder, is empty. */
  async #contentOf(path: string, { oid, mode }: TreeFile): Promise<Buffer> {
    if (mode === '160000') return Buffer.alloc(0);
    const content = await this.#source.read(oid);
    if (mode !== '120000') return content;
    const target = this.#tree.get(posix.join(parentOf(path), content.toString('utf8')));
    if (target === undefined || !target.mode.startsWith('100')) return Buffer.alloc(0);
    return this.#source.read(target.oid);
  }
}

/** Words of a text as paths from a folder; `key=path` is one, too. */
function pathsIn(text: string, folder: string): string[] {
  const words = text.match(/[^\s"',[\]{}#]+/g) ?? [];
  const candidates = words.flatMap((word) => [word, word.slice(word.indexOf('=') + 1)]);
  return [...new Set(candidates)]
    .filter((word) => !word.startsWith('/') && !word.includes('://') && word !== '-')
    .map((word) => posix.join(folder, word).replace(/\/+$/, ''))
    .map((path) => (path === '.' ? '' : path))
    .filter((path) => path !== folder && path !== '..' && !path.startsWith('../'));
}
