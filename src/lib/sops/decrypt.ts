import type { SopsKeys } from './keys.ts';

/** What kind of file it is. */
export type SopsFormat = 'yaml' | 'json' | 'env' | 'ini';

export interface SopsInput {
  readonly format: SopsFormat;
  /** For error texts. */
  readonly file: string;
  readonly keys: SopsKeys;
}

export async function decryptSops(text: string, _input: SopsInput): Promise<string> {
  return text;
}
