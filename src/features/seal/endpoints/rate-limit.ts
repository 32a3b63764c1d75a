import type { Clock } from '../../../base/index.ts';

/** What one caller may do now. */
export interface Allowance {
  readonly isAllowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
  readonly retryAfterMs: number;
}

const maxCallers = 65_536;

/** The generic cell rate algorithm: `perSecond` calls, and `burst` more at once, per caller. */
export function createRateLimit(
  clock: Clock,
  perSecond: number,
  burst: number,
): (caller: string) => Allowance {
  const emissionMs = 1000 / perSecond;
  const limit = burst + 1;
  const toleranceMs = emissionMs * limit;
  const arrivals = new Map<string, number>();
  return (caller) => {
    const now = clock.now().getTime();
    const arrival = Math.max(arrivals.get(caller) ?? now, now);
    const next = arrival + emissionMs;
    const earliest = next - toleranceMs;
    if (now < earliest) {
      const resetMs = arrival - now;
      return { isAllowed: false, limit, remaining: 0, resetMs, retryAfterMs: earliest - now };
    }
    arrivals.delete(caller);
    arrivals.set(caller, next);
    if (arrivals.size > maxCallers) arrivals.delete(arrivals.keys().next().value!);
    const remaining = Math.floor((toleranceMs - (next - now)) / emissionMs);
    return { isAllowed: true, limit, remaining, resetMs: next - now, retryAfterMs: 0 };
  };
}

/** The headers that tell a caller where it stands. */
export function rateHeaders(allowance: Allowance): Record<string, string> {
  const seconds = (ms: number): string => String(Math.ceil(ms / 1000));
  return {
    'X-RateLimit-Limit': String(allowance.limit),
    'X-RateLimit-Remaining': String(allowance.remaining),
    'X-RateLimit-Reset': seconds(allowance.resetMs),
    ...(allowance.isAllowed ? {} : { 'Retry-After': seconds(allowance.retryAfterMs) }),
  };
}
