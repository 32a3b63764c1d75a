/**
 * The metadata of a file that holds lines only: `age__list_0__map_enc` is the field `enc` of the first
 * item of the list `age`.
 */
export function unflatten(lines: ReadonlyMap<string, string>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [name, raw] of lines) {
    const steps = name.split(/__(?=list_|map_)/).map((step, at) => stepOf(step, at));
    put(root, steps, valueOf(name, raw.replaceAll('\\n', '\n')));
  }
  return root;
}

function stepOf(step: string, at: number): string | number {
  if (at === 0) return step;
  return step.startsWith('list_') ? Number(step.slice(5)) : step.slice(4);
}

function valueOf(name: string, text: string): unknown {
  if (name === 'mac_only_encrypted') return text === 'true';
  return name === 'shamir_threshold' ? Number(text) : text;
}

function put(
  root: Record<string, unknown>,
  steps: ReadonlyArray<string | number>,
  value: unknown,
): void {
  let at: Record<string | number, unknown> = root;
  for (const [index, step] of steps.entries()) {
    if (index === steps.length - 1) at[step] = value;
    else {
      at[step] ??= typeof steps[index + 1] === 'number' ? [] : {};
      at = at[step] as Record<string | number, unknown>;
    }
  }
}
