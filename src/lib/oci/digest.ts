import { createHash } from 'node:crypto';
import { KnownError, invalid } from '../../base/index.ts';

/** `sha256:<hex>` of bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Throws `KnownError('invalid')` for a digest whose content cannot be checked. */
export function checkDigestName(digest: string): void {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw invalid(`${JSON.stringify(digest)} is not a sha256 digest`);
  }
}

/** Passes bytes through and fails at their end when they are not what `digest` says. */
export function verifying(digest: string): TransformStream<Uint8Array, Uint8Array> {
  const hash = createHash('sha256');
  return new TransformStream({
    transform: (chunk, controller) => {
      hash.update(chunk);
      controller.enqueue(chunk);
    },
    flush: (controller) => {
      const found = `sha256:${hash.digest('hex')}`;
      if (found !== digest) controller.error(wrongDigest(digest, found));
    },
  });
}

/** Content is not what its digest says. */
export function wrongDigest(wanted: string, found: string): KnownError {
  return new KnownError('failed', `content has digest ${found} where ${wanted} was asked for`);
}
