import type { Zone } from './zone.ts';

/** A point in time, with the zone it is shown in. */
export interface Moment {
  /** Whole seconds since 1970 in UTC. */
  readonly seconds: number;
  readonly nanos: number;
  readonly zone: Zone;
  /** The zone of the machine, when the moment was shown in it before. */
  readonly local?: Zone;
  /** What `now` has after its text: the reading of a monotonic clock. */
  readonly monotonic?: string;
}

/** The zone's offset and abbreviation at a moment. */
export function zoneAt(moment: Moment): { offset: number; abbreviation: string } {
  return moment.zone.at(moment.seconds);
}

const BILLION = 1_000_000_000n;

/** Nanoseconds since 1970. */
export function nanosOf(moment: Moment): bigint {
  return BigInt(moment.seconds) * BILLION + BigInt(moment.nanos);
}

/** The moment that many nanoseconds after 1970. */
export function momentAt(nanos: bigint, zone: Zone): Moment {
  const rest = ((nanos % BILLION) + BILLION) % BILLION;
  return { seconds: Number((nanos - rest) / BILLION), nanos: Number(rest), zone };
}
