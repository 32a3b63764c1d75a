import type { KubeObject } from '../../../../base/index.ts';
import {
  canonicalQuantity,
  compareQuantities,
  parseQuantity,
} from '../../../../lib/schema/index.ts';
import { forbidden } from '../../http/status-error.ts';
import { keyOfObject } from '../../resources/served-resource.ts';
import type { Store } from '../../store/store.ts';
import type { AdmissionRequest } from '../admission.ts';
import { addQuantities, amountsIn, sumAmounts, type Amounts } from '../pod-resources.ts';
import {
  missingCompute,
  quotaPrefix,
  quotasOf,
  specOf,
  usedOf,
  writeStatuses,
} from './quota-usage.ts';
import { createReservations } from './reservations.ts';
import { inScope } from './scopes.ts';
import { usageOf } from './usage.ts';

/** Keeps namespaces within their ResourceQuotas, and tells in each quota's status what is used. */
export interface QuotaKeeper {
  /** Refuses what would use more than is left. The last rule: what it lets in is written in the same turn. */
  check(request: AdmissionRequest): void;
  /** Follows the store, so that what goes is given back; the function ends it. */
  follow(): () => void;
}

export function createQuotaKeeper(store: Store): QuotaKeeper {
  // Most namespaces have no quota: they must not pay for those that have.
  const limited = new Set(store.list(quotaPrefix).items.map(({ key }) => key.split('/')[3]!));
  const reservations = createReservations(store);
  const due = new Set<string>();
  const recount = (namespace: string): void => {
    if (due.has(namespace)) return;
    due.add(namespace);
    setImmediate(() => {
      due.delete(namespace);
      reservations.clear(namespace);
      if (!isClosed) writeStatuses(store, namespace);
    });
  };
  let isClosed = false;
  return {
    check(request) {
      const { namespace, call, operation, subresource, object } = request;
      if (namespace === undefined || operation === 'delete' || !object) return;
      if (call.resource.plural === 'resourcequotas') limited.add(namespace);
      if (!limited.has(namespace)) return;
      if (subresource !== undefined && subresource !== 'resize') return;
      const asked = askedBy(request);
      const waiting = reservations.of(namespace);
      for (const quota of quotasOf(store, namespace))
        refuseBeyond(request, { quota, asked, waiting, store });
      if (request.dryRun) return;
      reservations.add(namespace, keyOfObject(call.resource, namespace, request.name), asked);
      recount(namespace);
    },
    follow() {
      const end = store.watch({
        prefix: '/',
        since: store.revision,
        onEvent({ stored }) {
          const [, , plural, namespace = ''] = stored.key.split('/');
          if (plural === 'resourcequotas') limited.add(namespace);
          if (limited.has(namespace)) recount(namespace);
        },
      });
      return () => {
        isClosed = true;
        end();
      };
    },
  };
}

/** What a write uses more than before. */
function askedBy({ call, object, old }: AdmissionRequest): Amounts {
  const after = usageOf(call.resource, object!);
  if (!old) return after;
  const before = usageOf(call.resource, old);
  const grown = Object.entries(after)
    .map(([name, value]): [string, string] => [name, addQuantities(value, negative(before[name]))])
    .filter(([, value]) => compareQuantities(value, '0') > 0);
  return Object.fromEntries(grown);
}

function negative(quantity = '0'): string {
  return parseQuantity(quantity).nano === 0n ? '0' : `-${quantity}`;
}

function refuseBeyond(
  { call, name, object, operation }: AdmissionRequest,
  of: {
    readonly quota: KubeObject;
    readonly asked: Amounts;
    readonly waiting: Amounts;
    readonly store: Store;
  },
): void {
  const spec = specOf(of.quota);
  if (!inScope(spec, call.resource, object!)) return;
  const hard = amountsIn(spec['hard']);
  const concerned = Object.keys(hard).filter((each) => of.asked[each] !== undefined);
  if (operation === 'create') {
    const missing = missingCompute(call.resource, object!, hard);
    if (missing !== '')
      throw forbidden(
        call.resource,
        name,
        `failed quota: ${of.quota.metadata.name}: must specify ${missing}`,
      );
  }
  if (concerned.length === 0) return;
  const used = sumAmounts([usedOf(of.store, of.quota), of.waiting]);
  const over = concerned
    .filter(
      (each) =>
        compareQuantities(addQuantities(used[each] ?? '0', of.asked[each]!), hard[each]!) > 0,
    )
    .toSorted();
  if (over.length === 0) return;
  const list = (amounts: Amounts): string =>
    over.map((each) => `${each}=${canonicalQuantity(amounts[each] ?? '0')}`).join(',');
  throw forbidden(
    call.resource,
    name,
    `exceeded quota: ${of.quota.metadata.name}, requested: ${list(of.asked)}, used: ${list(used)}, limited: ${list(hard)}`,
  );
}
