import type { KindTable } from '../resource.ts';
import { clusterTables, plainTable } from './cluster.ts';
import { networkTables } from './network.ts';
import { podTable } from './pod.ts';
import { storageTables } from './storage.ts';
import { workloadTables } from './workloads.ts';

const byKind: Readonly<Record<string, KindTable>> = {
  Pod: podTable,
  ...workloadTables,
  ...networkTables,
  ...storageTables,
  ...clusterTables,
};

/**
 * The table of a built-in kind, the same for all its versions; kinds without their own show Name and
 * Created At.
 */
export function tableOf(_apiVersion: string, kind: string): KindTable {
  return byKind[kind] ?? plainTable;
}
