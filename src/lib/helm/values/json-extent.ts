/** Where the first JSON value of a text ends (leading blanks included), or the text's length when it never does. */
export function jsonValueEnd(text: string): number {
  const start = text.search(/\S/);
  if (start === -1) return text.length;
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  if (first !== '{' && first !== '[') {
    const end = text.slice(start).search(/[\s,]/);
    return end === -1 ? text.length : start + end;
  }
  return bracketEnd(text, start);
}

function bracketEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') at = stringEnd(text, at) - 1;
    else if (char === '{' || char === '[') depth += 1;
    else if ((char === '}' || char === ']') && (depth -= 1) === 0) return at + 1;
  }
  return text.length;
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}
