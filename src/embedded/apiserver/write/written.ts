import type { KubeObject } from '../../../base/index.ts';
import type { Stored } from '../store/store.ts';

/** The outcome of a write. */
export interface Written {
  /** In the version it is stored in. */
  readonly object: KubeObject;
  /** Undefined for a dry run and for an object that went with the write. */
  readonly stored: Stored | undefined;
  readonly changed: boolean;
  readonly created: boolean;
}

/** The outcome of a write that is in the store. */
export function written(
  stored: Stored,
  how: { readonly created?: boolean; readonly changed?: boolean } = {},
): Written {
  return {
    get object() {
      return stored.parse();
    },
    stored,
    created: how.created ?? false,
    changed: how.changed ?? true,
  };
}
