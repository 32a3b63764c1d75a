/** A question of DNS: RFC 1035, one per message. */
export interface Question {
  readonly id: number;
  readonly name: string;
  readonly type: number;
  /** Bytes of the question, to be sent back. */
  readonly bytes: Buffer;
  /** Whether the asker wants it looked up elsewhere too. */
  readonly isRecursive: boolean;
}

export const types = { a: 1, cname: 5, aaaa: 28, srv: 33, any: 255 } as const;

export type Data =
  | { readonly type: 'a'; readonly address: string }
  | { readonly type: 'cname'; readonly name: string }
  | { readonly type: 'srv'; readonly name: string; readonly port: number };

export interface Answer {
  /** 0, or 3: there is no such name. */
  readonly code: 0 | 3;
  readonly data: readonly Data[];
}

const seconds = 5;

/** Reads a question; undefined for anything that is none. Never reads past the end. */
export function readQuestion(message: Buffer): Question | undefined {
  if (message.length < 17 || message.readUInt16BE(4) !== 1) return undefined;
  const flags = message.readUInt16BE(2);
  if ((flags & 0xf800) !== 0) return undefined;
  const labels: string[] = [];
  let at = 12;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(message.toString('latin1', at, at + length));
    at += length;
  }
  if (at + 4 > message.length) return undefined;
  return {
    id: message.readUInt16BE(0),
    name: labels.join('.').toLowerCase(),
    type: message.readUInt16BE(at),
    bytes: message.subarray(12, at + 4),
    isRecursive: (flags & 0x100) !== 0,
  };
}

/** Writes an answer; every record is about the name that was asked for. */
export function writeAnswer(question: Question, { code, data }: Answer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(question.id, 0);
  head.writeUInt16BE(0x8480 | (question.isRecursive ? 0x100 : 0) | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 6);
  return Buffer.concat([head, question.bytes, ...data.map(record)]);
}

function record(data: Data): Buffer {
  const bytes = contentOf(data);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0); // the name in the question
  head.writeUInt16BE(types[data.type], 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(seconds, 6);
  head.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([head, bytes]);
}

function contentOf(data: Data): Buffer {
  if (data.type === 'a') return Buffer.from(data.address.split('.').map(Number));
  if (data.type === 'cname') return nameBytes(data.name);
  const head = Buffer.alloc(6);
  head.writeUInt16BE(100, 2);
  head.writeUInt16BE(data.port, 4);
  return Buffer.concat([head, nameBytes(data.name)]);
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').filter((each) => each !== '');
  const parts = labels.map((each) =>
    Buffer.from(String.fromCharCode(each.length) + each, 'latin1'),
  );
  return Buffer.concat([...parts, Buffer.from([0])]);
}
