import type { Template } from '../runtime/fault.ts';
import type { Source } from '../parse/node.ts';
import { byteLength } from '../value/index.ts';

/** A place in a template, as Go's errors count: line from 1, column in bytes from 0. */
export interface TemplatePlace {
  /** The template or define that was running. */
  readonly template: string;
  /** The name under which the text it stands in was added. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Finds lines and columns; each source is cut into lines once. */
export class Places {
  private readonly starts = new Map<Source, readonly number[]>();

  private startsOf(source: Source): readonly number[] {
    const known = this.starts.get(source);
    if (known !== undefined) return known;
    const starts = [0];
    const { text } = source;
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
    this.starts.set(source, starts);
    return starts;
  }

  /** The place of an offset, in UTF-16 units, of the text a template stands in. */
  place({ name, source }: Template, offset: number): TemplatePlace {
    const starts = this.startsOf(source);
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    const column = byteLength(source.text.slice(starts[low], offset));
    return { template: name, file: source.name, line: low + 1, column };
  }
}
