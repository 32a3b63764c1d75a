import type { Key } from '../../../base/index.ts';
import type { Scope } from '../../../api/sealed-secret/index.ts';

/**
 * What a sealed value is bound to, as the label of RSA-OAEP: `namespace/name` for strict, the
 * namespace for namespace-wide, nothing for cluster-wide. The key of the item is not bound.
 */
export function labelOf({ namespace = '', name }: Key, scope: Scope): Buffer {
  switch (scope) {
    case 'cluster-wide':
      return Buffer.alloc(0);
    case 'namespace-wide':
      return Buffer.from(namespace);
    case 'strict':
      return Buffer.from(`${namespace}/${name}`);
  }
}
