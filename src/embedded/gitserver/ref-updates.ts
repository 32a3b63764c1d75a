/** A line of a push: the client wants `ref` to go from `before` to `after`; '' is absence. */
export interface RefUpdate {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

const line = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) ([^\0\n]+)/;
// A push of more refs than fit in here is served, and told only as far as it was read.
const maxHeadBytes = 1_048_576;

/**
 * Reads the commands at the beginning of a receive-pack request as its bytes pass by (pkt-lines up to the
 * flush packet, see gitprotocol-pack). The pack that follows is not looked at.
 */
export class RefUpdateReader {
  readonly updates: RefUpdate[] = [];
  #head: Buffer = Buffer.alloc(0);
  #isDone = false;

  /** Whether every command has been read. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Takes the next bytes of the request. */
  take(chunk: Uint8Array): void {
    if (this.#isDone) return;
    this.#head = Buffer.concat([this.#head, chunk]);
    let at = 0;
    while (!this.#isDone) {
      const size = Number.parseInt(this.#head.toString('latin1', at, at + 4), 16);
      const isWhole = this.#head.length >= at + 4 && this.#head.length >= at + size;
      if (!isWhole && this.#head.length < maxHeadBytes) break;
      if (!isWhole || !(size > 4)) this.#isDone = true;
      else this.#add(this.#head.toString('utf8', at + 4, at + size));
      at += size;
    }
    this.#head = this.#isDone ? Buffer.alloc(0) : this.#head.subarray(at);
  }

  #add(packet: string): void {
    const [, before = '', after = '', ref = ''] = line.exec(packet) ?? [];
    if (ref !== '') this.updates.push({ ref, before: absent(before), after: absent(after) });
  }
}

function absent(oid: string): string {
  return /^0+$/.test(oid) ? '' : oid;
}
