import type { Duplex } from 'node:stream';
import { controlFrame, controlType, cutFrames, dataFrame, finFlag, type Frame } from './frames.ts';
import { createHeaderBlocks } from './header-block.ts';

/** A stream the client opened. */
export interface SpdyStream {
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  send(bytes: Uint8Array): Promise<void>;
  /** Ends our side. */
  end(): void;
  /** Hears what comes, also what came before; `undefined` is the client's end. */
  receive(listen: (bytes: Uint8Array | undefined) => void): void;
}

/**
 * The server's side of a SPDY/3.1 connection, as client-go's dialer speaks it: the client opens
 * streams, each is accepted, bytes flow both ways. Windows are not kept, since that dialer keeps none;
 * the socket's own back-pressure holds.
 */
export class SpdyConnection {
  readonly #socket: Duplex;
  readonly #blocks = createHeaderBlocks();
  readonly #streams = new Map<number, Stream>();
  readonly #gone = new AbortController();
  readonly #onStream: (stream: SpdyStream) => void;
  #rest: Buffer = Buffer.alloc(0);
  #turn: Promise<void> = Promise.resolve();

  constructor(socket: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#socket = socket;
    this.#onStream = onStream;
    socket.on('data', (bytes: Buffer) => this.feed(bytes));
    socket.on('close', () => this.#end());
    socket.on('end', () => this.#end());
    socket.on('error', () => socket.destroy());
  }

  /** Aborted when the connection is gone. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Takes bytes that came with the request. */
  feed(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    try {
      const { frames, rest } = cutFrames(this.#rest);
      this.#rest = Buffer.from(rest);
      // Headers are unpacked off the loop, and every frame has to wait for those before it.
      for (const frame of frames) this.#turn = this.#turn.then(() => this.#handle(frame));
      this.#turn = this.#turn.catch(() => this.#socket.destroy() as unknown as void);
    } catch {
      this.#socket.destroy();
    }
  }

  /** Ends every stream, then the connection. */
  close(): void {
    for (const stream of this.#streams.values()) stream.end();
    this.#socket.end(controlFrame(controlType.goAway, Buffer.alloc(8)));
  }

  async #handle(frame: Frame): Promise<void> {
    if (frame.is === 'data') {
      const stream = this.#streams.get(frame.stream);
      if (frame.bytes.length > 0) stream?.tell(frame.bytes);
      if (frame.fin) stream?.tell(undefined);
      return;
    }
    if (frame.type === controlType.synStream) await this.#open(frame.bytes, frame.flags);
    else if (frame.type === controlType.ping)
      this.#socket.write(controlFrame(controlType.ping, frame.bytes));
    else if (frame.type === controlType.rstStream) this.#reset(frame.bytes.readUInt32BE(0));
  }

  async #open(bytes: Buffer, flags: number): Promise<void> {
    const id = bytes.readUInt32BE(0) & 0x7fff_ffff;
    const headers = await this.#blocks.decode(bytes.subarray(10));
    const stream = new Stream(headers, (data, fin) => this.#write(dataFrame(id, data, fin)));
    this.#streams.set(id, stream);
    const reply = await this.#blocks.encode(new Map());
    await this.#write(
      controlFrame(controlType.synReply, Buffer.concat([bytes.subarray(0, 4), reply])),
    );
    if ((flags & finFlag) !== 0) stream.tell(undefined);
    this.#onStream(stream);
  }

  #reset(id: number): void {
    this.#streams.get(id)?.tell(undefined);
    this.#streams.delete(id);
  }

  #write(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.writableEnded || this.#socket.destroyed) resolve();
      else this.#socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  #end(): void {
    if (this.signal.aborted) return;
    this.#gone.abort(new Error('the connection is closed'));
    for (const stream of this.#streams.values()) stream.tell(undefined);
    this.#blocks.close();
  }
}

class Stream implements SpdyStream {
  readonly headers: ReadonlyMap<string, string>;
  readonly #write: (bytes: Uint8Array, fin: boolean) => Promise<void>;
  readonly #early: (Uint8Array | undefined)[] = [];
  #listen: ((bytes: Uint8Array | undefined) => void) | undefined;
  #ended = false;
  #finished = false;

  constructor(
    headers: ReadonlyMap<string, string>,
    write: (bytes: Uint8Array, fin: boolean) => Promise<void>,
  ) {
    this.headers = headers;
    this.#write = write;
  }

  async send(bytes: Uint8Array): Promise<void> {
    if (!this.#ended) await this.#write(bytes, false);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#write(new Uint8Array(), true).catch(() => {});
  }

  receive(listen: (bytes: Uint8Array | undefined) => void): void {
    this.#listen = listen;
    for (const bytes of this.#early.splice(0)) listen(bytes);
  }

  /** Something came, or the client's end. */
  tell(bytes: Uint8Array | undefined): void {
    if (this.#finished) return;
    if (bytes === undefined) this.#finished = true;
    if (this.#listen) this.#listen(bytes);
    else this.#early.push(bytes);
  }
}
