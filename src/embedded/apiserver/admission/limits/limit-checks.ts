import {
  canonicalQuantity,
  compareQuantities,
  quantityNumber,
} from '../../../../lib/schema/index.ts';
import type { Amounts } from '../pod-resources.ts';
import type { LimitItem } from './limit-items.ts';

/** Why requests and limits do not fit a row, in the words of the LimitRanger. */
export function limitComplaints(item: LimitItem, requests: Amounts, limits: Amounts): string[] {
  return [
    ...each(item.min, (name, bound) => below(item, { name, bound }, { requests, limits })),
    ...each(item.max, (name, bound) => above(item, { name, bound }, { requests, limits })),
    ...each(item.ratio, (name, bound) => steep(item, { name, bound }, { requests, limits })),
  ];
}

/** The same where there are only requests: volume claims. */
export function requestComplaints(item: LimitItem, requests: Amounts): string[] {
  const asked = { requests, limits: {} };
  return [
    ...each(item.min, (name, bound) => below(item, { name, bound }, asked)),
    ...each(item.max, (name, bound) => {
      const request = requests[name];
      if (request === undefined)
        return `maximum ${name} usage per ${item.type} is ${bound}.  No request is specified`;
      return compareQuantities(request, bound) > 0
        ? `maximum ${name} usage per ${item.type} is ${bound}, but request is ${shown(request)}`
        : undefined;
    }),
  ];
}

interface Bound {
  readonly name: string;
  readonly bound: string;
}

interface Asked {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

function each(
  bounds: Amounts,
  check: (name: string, bound: string) => string | undefined,
): string[] {
  return Object.entries(bounds)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, bound]) => check(name, shown(bound)))
    .filter((text) => text !== undefined);
}

function shown(quantity: string): string {
  return canonicalQuantity(quantity);
}

function below({ type }: LimitItem, { name, bound }: Bound, asked: Asked): string | undefined {
  const start = `minimum ${name} usage per ${type} is ${bound}`;
  const [request, limit] = [asked.requests[name], asked.limits[name]];
  if (request === undefined) return `${start}.  No request is specified`;
  if (compareQuantities(request, bound) < 0) return `${start}, but request is ${shown(request)}`;
  return limit !== undefined && compareQuantities(limit, bound) < 0
    ? `${start}, but limit is ${shown(limit)}`
    : undefined;
}

function above({ type }: LimitItem, { name, bound }: Bound, asked: Asked): string | undefined {
  const start = `maximum ${name} usage per ${type} is ${bound}`;
  const [request, limit] = [asked.requests[name], asked.limits[name]];
  if (limit === undefined) return `${start}.  No limit is specified`;
  if (compareQuantities(limit, bound) > 0) return `${start}, but limit is ${shown(limit)}`;
  return request !== undefined && compareQuantities(request, bound) > 0
    ? `${start}, but request is ${shown(request)}`
    : undefined;
}

function steep({ type }: LimitItem, { name, bound }: Bound, asked: Asked): string | undefined {
  const start = `${name} max limit to request ratio per ${type} is ${bound}, but`;
  const request = quantityNumber(asked.requests[name] ?? '0');
  const limit = quantityNumber(asked.limits[name] ?? '0');
  if (request === 0) return `${start} no request is specified or request is 0`;
  if (limit === 0) return `${start} no limit is specified or limit is 0`;
  const ratio = limit / request;
  return ratio > quantityNumber(bound)
    ? `${start} provided ratio is ${ratio.toFixed(6)}`
    : undefined;
}
