/**
 * A request as this room needs it. The web's `Request` is one; so is what `wire.ts` makes of a request
 * that comes over the network, at a fraction of the cost.
 */
export interface ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Pick<Headers, 'get'> & Iterable<[string, string]>;
  readonly body: AsyncIterable<Uint8Array> | null;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}
