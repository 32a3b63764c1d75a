import type { Source } from '../parse/node.ts';
import type { Template } from '../runtime/fault.ts';
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

/** A line of plain text in a template. */
export interface TextLine {
  /** In UTF-16 units from the start of the text, its newline included. */
  readonly start: number;
  readonly end: number;
  readonly place: TemplatePlace;
}

const nowhere: readonly TextLine[] = [];

/** The places of one template; each is worked out once, however often the template runs. */
class Places {
  private readonly template: Template;
  private readonly starts: readonly number[];
  private readonly sites: (TemplatePlace | undefined)[] = [];
  private readonly texts: (readonly TextLine[] | undefined)[] = [];

  constructor(template: Template) {
    this.template = template;
    this.starts = lineStarts(template.source);
  }

  /** Where a site stands. */
  site(site: number): TemplatePlace {
    let place = this.sites[site];
    if (place === undefined) {
      place = this.at(this.template.sites[site]?.node.pos ?? 0);
      this.sites[site] = place;
    }
    return place;
  }

  /** The lines of a site that is plain text; `undefined` for any other. */
  text(site: number): readonly TextLine[] | undefined {
    const known = this.texts[site];
    if (known !== undefined) return known === nowhere ? undefined : known;
    const node = this.template.sites[site]?.node;
    const lines =
      node?.kind === 'text'
        ? Array.from(node.text.matchAll(/[^\n]*\n|[^\n]+/g), ({ 0: line, index }) => ({
            start: index,
            end: index + line.length,
            place: this.at(node.pos + index),
          }))
        : nowhere;
    this.texts[site] = lines;
    return lines === nowhere ? undefined : lines;
  }

  /** The place of an offset, in UTF-16 units, of the text the template stands in. */
  private at(offset: number): TemplatePlace {
    const { starts } = this;
    const { name, source } = this.template;
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

function lineStarts({ text }: Source): number[] {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}

const known = new WeakMap<Template, Places>();

/** The places of a template. */
export function placesOf(template: Template): Places {
  let places = known.get(template);
  if (places === undefined) {
    places = new Places(template);
    known.set(template, places);
  }
  return places;
}
export type { Places };
