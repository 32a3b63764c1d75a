import { invalid } from '../../base/index.ts';
import type { KnownError } from '../../base/index.ts';

/** An image as written, taken apart by Flux's rules. `domain` is '' when none was written. */
export interface ImageRef {
  readonly domain: string;
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
  /** As it was written. */
  readonly text: string;
}

const hub = 'index.docker.io';
// Not anchored: an element that contains `localhost`, or two words joined by a dot, is a domain.
const domainLike = /localhost|[a-zA-Z0-9]\.[a-zA-Z0-9]/;
const digestLike = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/**
 * Takes an image name apart as Flux does: one element is Docker Hub's, of two the first is a domain
 * only when it looks like one, of three or more it always is. Throws a `KnownError('invalid')`.
 */
export function parseImage(text: string): ImageRef {
  if (text === '') throw imageError(text, 'blank image name');
  if (text.startsWith('/') || text.endsWith('/')) throw malformed(text);
  const [named = '', digest, ...more] = text.split('@');
  const { domain, rest } = splitDomain(named);
  const { path, tag } = splitTag(rest, text);
  if (digest === undefined) return { domain, path, ...tag, text };
  if (more.length > 0 || !digestLike.test(digest)) throw malformed(text);
  return { domain, path, ...tag, digest, text };
}

function splitTag(name: string, text: string): { path: string; tag: { tag?: string } } {
  const [path = '', tag, ...more] = name.split(':');
  if (path === '' || tag === '' || more.length > 0) throw malformed(text);
  return { path, tag: tag === undefined ? {} : { tag } };
}

function splitDomain(name: string): { domain: string; rest: string } {
  const elements = name.split('/');
  const [first = '', ...others] = elements;
  const hasDomain = elements.length > 2 || (elements.length === 2 && domainLike.test(first));
  return hasDomain ? { domain: first, rest: others.join('/') } : { domain: '', rest: name };
}

function malformed(text: string): KnownError {
  return imageError(text, 'expected image name as either <image>:<tag> or just <image>');
}

function imageError(text: string, why: string): KnownError {
  return invalid(`parsing ${JSON.stringify(text)}: ${why}: invalid image ID`);
}

/** Name as written, without tag and digest. */
export function imageName(ref: ImageRef): string {
  return ref.domain === '' ? ref.path : `${ref.domain}/${ref.path}`;
}

/** `name@digest` when pinned, else `name:tag`, else the name. */
export function imageText(ref: ImageRef): string {
  if (ref.digest !== undefined) return `${imageName(ref)}@${ref.digest}`;
  return ref.tag === undefined ? imageName(ref) : `${imageName(ref)}:${ref.tag}`;
}

/** The same name, as written, with another tag and no digest. */
export function withTag(ref: ImageRef, tag: string): ImageRef {
  const { domain, path } = ref;
  return { domain, path, tag, text: `${imageName(ref)}:${tag}` };
}

/** Registry and repository with nothing left to convention: `index.docker.io/library/alpine`. */
export function canonicalName(ref: ImageRef): string {
  return `${registryOf(ref)}/${repositoryOf(ref)}`;
}

/** The registry's name in settings and secrets; Docker Hub is `index.docker.io`. */
export function registryOf(ref: ImageRef): string {
  return isHub(ref) ? hub : ref.domain;
}

/** The repository's path at its registry. */
export function repositoryOf(ref: ImageRef): string {
  return isHub(ref) && !ref.path.includes('/') ? `library/${ref.path}` : ref.path;
}

function isHub(ref: ImageRef): boolean {
  return ref.domain === '' || ref.domain === 'docker.io' || ref.domain === hub;
}
