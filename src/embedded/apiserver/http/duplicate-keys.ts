import { KnownError } from '../../../base/index.ts';

/** No object of Kubernetes comes near; a real server stops at 10,000. */
export const maxDepth = 1000;

/**
 * Paths of members that a JSON text names twice, as `spec.foo` or `spec.list[0].foo`. JSON.parse keeps
 * the last one silently; a real server warns. The text must be valid JSON. Throws a `KnownError` for
 * texts that are too deep for what comes after.
 */
export function duplicateKeys(text: string): string[] {
  const found: string[] = [];
  const stack: Frame[] = [];
  // Written so that long texts cost no stack.
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;
  let keyNext = false;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [part] = match;
    const top = stack.at(-1);
    if (part === '{') keyNext = push(stack, new Set());
    else if (part === '[') keyNext = !push(stack, undefined);
    else if (part === '}' || part === ']') {
      stack.pop();
      keyNext = false;
    } else if (part === ',') keyNext = step(top);
    else if (part !== ':' && keyNext && top?.keys) {
      top.at = JSON.parse(part) as string;
      if (top.keys.has(top.at)) found.push(pathOf(stack));
      top.keys.add(top.at);
      keyNext = false;
    }
  }
  return found;
}

interface Frame {
  /** Undefined in a list. */
  readonly keys: Set<string> | undefined;
  at: string | number;
}

function push(stack: Frame[], keys: Set<string> | undefined): true {
  if (stack.length >= maxDepth) throw new KnownError('invalid', 'exceeded max depth');
  stack.push({ keys, at: 0 });
  return true;
}

function step(top: Frame | undefined): boolean {
  if (top?.keys) return true;
  if (top) top.at = Number(top.at) + 1;
  return false;
}

function pathOf(stack: readonly Frame[]): string {
  let path = '';
  for (const { keys, at } of stack) {
    if (!keys) path += `[${at}]`;
    else path += path === '' ? at : `.${at}`;
  }
  return path;
}
