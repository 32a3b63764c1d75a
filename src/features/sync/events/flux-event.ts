/** The kinds of event of Flux. The last six are made of what a commit's note says. */
export type FluxEventType =
  | 'commit'
  | 'sync'
  | 'release'
  | 'autorelease'
  | 'automate'
  | 'deautomate'
  | 'lock'
  | 'unlock'
  | 'update_policy';

/** An event as fluxd posts it to its upstream; times are RFC 3339. */
export interface FluxEvent {
  readonly id: number;
  /** `ns:kind/name`, sorted. */
  readonly serviceIDs: readonly string[];
  readonly type: FluxEventType;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly message?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}
