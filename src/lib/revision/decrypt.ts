import { decryptSops } from '../sops/index.ts';
import type { SopsFormat, SopsKeySource } from '../sops/index.ts';

/** Opens encrypted files, in memory. */
export interface Decrypt {
  /** How a file is encrypted; undefined when it is not. */
  formatOf(path: string, text: string): SopsFormat | undefined;
  /** Throws a `KnownError` whose text carries nothing that was encrypted. */
  open(text: string, file: string, format: SopsFormat): Promise<string>;
}

/** Opens files that SOPS encrypted, with the keys of now. */
export function sopsDecrypt(keys: SopsKeySource): Decrypt {
  return {
    formatOf,
    open: async (text, file, format) => decryptSops(text, { format, file, keys: await keys() }),
  };
}

/** Rule of fluxd: a YAML file with `sops:` in it. The other forms are those that sops writes. */
function formatOf(path: string, text: string): SopsFormat | undefined {
  if (/\.ya?ml$/.test(path)) return text.includes('sops:') ? 'yaml' : undefined;
  if (path.endsWith('.env') || /^sops_mac=/m.test(text)) {
    return /^sops_mac=/m.test(text) ? 'env' : undefined;
  }
  if (path.endsWith('.ini')) return /^\[sops\]/m.test(text) ? 'ini' : undefined;
  if (!/"sops":\s*\{/.test(text) || !text.includes('"mac":')) return undefined;
  return path.endsWith('.json') ? 'json' : 'binary';
}
