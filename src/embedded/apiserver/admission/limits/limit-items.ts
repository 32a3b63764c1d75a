import { isRecord, type JsonRecord } from '../../../../base/index.ts';
import type { Store } from '../../store/store.ts';
import { amountsIn, recordsIn, type Amounts } from '../pod-resources.ts';

/** One row of a LimitRange. */
export interface LimitItem {
  readonly type: 'Container' | 'Pod' | 'PersistentVolumeClaim';
  readonly min: Amounts;
  readonly max: Amounts;
  readonly ratio: Amounts;
  readonly defaultLimit: Amounts;
  readonly defaultRequest: Amounts;
}

/** All rows that hold in a namespace, by the names of their LimitRanges. */
export function limitItems(store: Store, namespace: string): LimitItem[] {
  return store
    .list(`/core/limitranges/${namespace}/`)
    .items.map((stored) => stored.parse()['spec'])
    .flatMap((spec) => recordsIn(isRecord(spec) ? spec['limits'] : undefined))
    .map(itemOf);
}

function itemOf(item: JsonRecord): LimitItem {
  return {
    type: item['type'] as LimitItem['type'],
    min: amountsIn(item['min']),
    max: amountsIn(item['max']),
    ratio: amountsIn(item['maxLimitRequestRatio']),
    defaultLimit: amountsIn(item['default']),
    defaultRequest: amountsIn(item['defaultRequest']),
  };
}
