const width = 17;
const height = 9;
const symbols = ' .o+=*BOX@%&#/^SE';

/** The picture that `ssh-keygen -v` draws of a fingerprint: the walk of a drunken bishop. */
export function randomart(
  fingerprint: Uint8Array,
  titles: { readonly top: string; readonly bottom: string },
): string {
  const visits = walk(fingerprint);
  const rows = Array.from({ length: height }, (_, y) => {
    const row = visits.slice(y * width, (y + 1) * width).map((count) => symbols[count] ?? ' ');
    return `|${row.join('')}|`;
  });
  return [frame(titles.top), ...rows, frame(titles.bottom)].join('\n');
}

function walk(fingerprint: Uint8Array): number[] {
  const visits = Array.from({ length: width * height }, () => 0);
  const most = symbols.length - 3;
  const start = { x: (width - 1) / 2, y: (height - 1) / 2 };
  let { x, y } = start;
  for (const byte of fingerprint) {
    for (let shift = 0; shift < 8; shift += 2) {
      const move = byte >> shift;
      x = clamp(x + ((move & 1) === 0 ? -1 : 1), width);
      y = clamp(y + ((move & 2) === 0 ? -1 : 1), height);
      const at = y * width + x;
      visits[at] = Math.min((visits[at] ?? 0) + 1, most);
    }
  }
  visits[start.y * width + start.x] = symbols.length - 2;
  visits[y * width + x] = symbols.length - 1;
  return visits;
}

function clamp(value: number, size: number): number {
  return Math.max(0, Math.min(value, size - 1));
}

function frame(title: string): string {
  const text = `[${title}]`;
  const left = Math.floor((width - text.length) / 2);
  return `+${'-'.repeat(left)}${text}${'-'.repeat(width - left - text.length)}+`;
}
