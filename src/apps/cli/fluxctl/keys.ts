import type { CliIo } from '../io.ts';

const names: Readonly<Record<string, string>> = {
  '\u001B[A': 'up',
  '\u001B[B': 'down',
  '\u001BOA': 'up',
  '\u001BOB': 'down',
  '\u001B': 'escape',
};

/**
 * Keys as they are pressed: characters as themselves, arrows and escape by name. A terminal is asked to
 * hand over each key at once, and put back at the end.
 */
export async function* readKeys({ stdin }: CliIo): AsyncGenerator<string> {
  stdin.setRawMode?.(true);
  try {
    for await (const chunk of stdin) {
      const text = Buffer.from(chunk).toString('utf8');
      for (const [key] of text.matchAll(/\u001B(?:\[|O)[A-Z]|\u001B|[^\u001B]/gu)) {
        yield names[key] ?? key;
      }
    }
  } finally {
    stdin.setRawMode?.(false);
  }
}
