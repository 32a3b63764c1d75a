const tokens = /[{}[\]]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/g;
const strings = /"(?:[^"\\]|\\.)*"\s*:?/g;

function holderFor(token: string): Holder | undefined {
  if (token === '{') return {};
  return token === '[' ? [] : undefined;
}

type Holder = unknown[] | Record<string, unknown>;

/**
 * Whether an object's key is written with an escape. V8 (seen in Node 24.21) can take such a key for
 * another one: once an object with the key `\` was made, `JSON.parse('{"\\n":3}')` gives that key.
 */
export function hasEscapedKey(text: string): boolean {
  if (!text.includes('\\')) return false;
  for (const [token] of text.matchAll(strings)) {
    if (token.endsWith(':') && token.includes('\\')) return true;
  }
  return false;
}

function put(holder: Holder, key: string, value: unknown): void {
  if (Array.isArray(holder)) holder.push(value);
  else if (key === '__proto__') {
    const how = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(holder, key, how);
  } else holder[key] = value;
}

/** Reads a text that is known to be JSON. Only single strings and numbers go through `JSON.parse`. */
export function readKnownJson(text: string): unknown {
  const root: unknown[] = [];
  const open: { readonly holder: Holder; key: string | undefined }[] = [
    { holder: root, key: undefined },
  ];
  for (const [token] of text.matchAll(tokens)) {
    const top = open.at(-1)!;
    if (token === '}' || token === ']') open.pop();
    else if (!Array.isArray(top.holder) && top.key === undefined) {
      top.key = JSON.parse(token) as string;
    } else {
      const holder = holderFor(token);
      put(top.holder, top.key ?? '', holder ?? (JSON.parse(token) as unknown));
      top.key = undefined;
      if (holder !== undefined) open.push({ holder, key: undefined });
    }
  }
  return root[0];
}
