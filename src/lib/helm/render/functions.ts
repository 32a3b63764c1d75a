import type { JsonRecord } from '../../../base/index.ts';
import { KnownError, messageOf } from '../../../base/index.ts';
import { GoError, functionTable, goQuote } from '../../gotemplate/index.ts';
import type { Engine, FunctionPorts, FunctionTable } from '../../gotemplate/index.ts';
import { marked } from './template-errors.ts';

/**
 * Answers a template's `lookup`: an object, a List when the name is empty, or undefined when there
 * is none. It is asked while rendering, so it cannot wait: see `renderWithCluster`.
 */
export type Lookup = (key: LookupKey) => JsonRecord | undefined;

/** What a template looks up. */
export interface LookupKey {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** How often one template may include itself before it is taken for endless. */
const maxNesting = 1000;

interface HelmFunctionOptions {
  readonly ports: FunctionPorts;
  readonly engineOf: () => Engine;
  readonly lookup?: Lookup;
  readonly lint?: boolean;
  readonly warn: (line: string) => void;
}

/** Sprig, Helm's data functions, and those that need the set of templates itself. */
export function helmFunctions(options: HelmFunctionOptions): FunctionTable {
  const { lookup } = options;
  const nesting = new Map<string, number>();
  return {
    ...functionTable(options.ports),
    ...templateFunctions(options.engineOf, nesting),
    ...demands(options),
    lookup: {
      use: lookup === undefined ? 'passes' : 'outside',
      params: ['string', 'string', 'string', 'string'],
      call: (apiVersion: string, kind: string, namespace: string, name: string) =>
        lookup?.({ apiVersion, kind, namespace, name }) ?? {},
    },
    // Rendering asks no name server.
    getHostByName: { params: ['string'], call: () => '' },
  };
}

function templateFunctions(engineOf: () => Engine, nesting: Map<string, number>): FunctionTable {
  return {
    include: {
      use: 'passes',
      params: ['string', 'any'],
      call: (name: string, data: unknown) => include(engineOf(), nesting, { name, data }),
    },
    tpl: {
      use: 'passes',
      params: ['string', 'any'],
      call: (text: string, data: unknown) => evaluate(engineOf(), nesting, { text, data }),
    },
  };
}

function include(
  engine: Engine,
  nesting: Map<string, number>,
  { name, data }: { name: string; data: unknown },
): string {
  const depth = nesting.get(name) ?? 0;
  if (depth > maxNesting) {
    throw new GoError(
      `rendering template has a nested reference name: ${name}: unable to execute template`,
    );
  }
  if (!engine.has(name)) {
    throw new GoError(`template: no template ${goQuote(name)} associated with template "gotpl"`);
  }
  nesting.set(name, depth + 1);
  try {
    return engine.execute(name, data);
  } finally {
    nesting.set(name, depth);
  }
}

/** The name Go's template set has in Helm; it stands in error texts of `tpl`. */
const setName = 'gotpl';

function evaluate(
  parent: Engine,
  nesting: Map<string, number>,
  { text, data }: { text: string; data: unknown },
): string {
  if (!text.includes('{{')) return text.replaceAll('<no value>', '');
  const set: Engine = parent.clone(templateFunctions(() => set, nesting));
  wrapping(`cannot parse template ${goQuote(text)}`, () => set.add(setName, text));
  const what = `error during tpl function execution for ${goQuote(text)}`;
  return wrapping(what, () => set.execute(setName, data)).replaceAll('<no value>', '');
}

function wrapping<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new GoError(`${what}: ${messageOf(thrown)}`, thrown);
  }
}

function demands({ lint = false, warn }: HelmFunctionOptions): FunctionTable {
  return {
    required: {
      use: 'lists',
      params: ['string', 'any'],
      call: (text: string, value: unknown) => {
        if (value !== null && value !== undefined && value !== '') return value;
        if (!lint) throw new GoError(marked(text));
        warn(`[INFO] Missing required value: ${text}`);
        return '';
      },
    },
    fail: {
      params: ['string'],
      call: (text: string) => {
        if (!lint) throw new GoError(marked(text));
        warn(`[INFO] Fail: ${text}`);
        return '';
      },
    },
  };
}
