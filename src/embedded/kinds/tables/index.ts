import type { KindTable } from '../resource.ts';
/** The table of a built-in kind; kinds without their own show Name and Created At. */
export function tableOf(apiVersion: string, kind: string): KindTable {
  throw new Error('not yet' + apiVersion + kind);
}
