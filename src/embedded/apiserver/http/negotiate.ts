import { notAcceptable } from './status-error.ts';

/** In which form an answer is wanted. */
export interface Wanted {
  readonly as: 'object' | 'table' | 'partial' | 'partial-list' | 'group-discovery';
  readonly format: 'json' | 'yaml';
  /** Version of the wrapping form: `v1`, `v2`, `v2beta1`. */
  readonly version: string;
  readonly group: string;
}

interface MediaRange {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const plain: Wanted = { as: 'object', format: 'json', version: '', group: '' };

const forms: Readonly<Record<string, Wanted['as']>> = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partial-list',
  APIGroupDiscoveryList: 'group-discovery',
};

/** The first form of the Accept header that the server can give; `known` names the wrapping forms allowed here. */
export function negotiate(accept: string | null, known: readonly Wanted['as'][]): Wanted {
  if (accept === null || accept.trim() === '') return plain;
  for (const range of parseAccept(accept)) {
    const wanted = wantedOf(range);
    if (wanted && (wanted.as === 'object' || known.includes(wanted.as))) return wanted;
  }
  throw notAcceptable();
}

function wantedOf({ type, parameters }: MediaRange): Wanted | undefined {
  const format = formatOf(type);
  if (format === undefined) return undefined;
  const { as, v: version = '', g: group = '' } = parameters;
  if (as === undefined) return { ...plain, format };
  const form = forms[as];
  return form && versionsOf[form]?.includes(version)
    ? { as: form, format, version, group }
    : undefined;
}

const versionsOf: Readonly<Partial<Record<Wanted['as'], readonly string[]>>> = {
  table: ['v1', 'v1beta1'],
  partial: ['v1', 'v1beta1'],
  'partial-list': ['v1', 'v1beta1'],
  'group-discovery': ['v2', 'v2beta1'],
};

function formatOf(type: string): Wanted['format'] | undefined {
  if (['application/json', 'application/*', '*/*'].includes(type)) return 'json';
  return type === 'application/yaml' ? 'yaml' : undefined;
}

/** Ranges in the order of their quality, then as written. */
function parseAccept(accept: string): MediaRange[] {
  return accept
    .split(',')
    .map((part) => {
      const [type = '', ...rest] = part.split(';').map((piece) => piece.trim());
      const parameters = Object.fromEntries(
        rest.map((piece) => {
          const equals = piece.indexOf('=');
          return [piece.slice(0, equals), piece.slice(equals + 1)];
        }),
      ) as Record<string, string>;
      return { type: type.toLowerCase(), parameters };
    })
    .filter(({ parameters }) => Number(parameters['q'] ?? 1) > 0)
    .toSorted((left, right) => quality(right) - quality(left));
}

function quality({ parameters }: MediaRange): number {
  return Number(parameters['q'] ?? 1);
}
