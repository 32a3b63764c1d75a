import { KnownError } from '../../../base/index.ts';
import type { FieldError } from '../../../lib/schema/index.ts';
import { badRequest, expired, StatusError } from '../http/status-error.ts';
import { optionsError } from '../http/write-options.ts';
import { respondList } from '../present/respond.ts';
import type { Call } from '../server-state.ts';
import { CompactedError, type Stored, type StoreList } from '../store/store.ts';
import { whenSafe } from './when-safe.ts';
import { prefixOf, selectionOf, type Selection } from './selection.ts';

/** A page of a list, chosen. */
export interface Page {
  readonly items: readonly Stored[];
  readonly revision: number;
  readonly continueToken: string | undefined;
  readonly remaining: number | undefined;
}

/** GET of a collection, in pages of one snapshot when `limit` is given. */
export function listObjects(call: Call): Response | Promise<Response> {
  const page = readPage(call, selectionOf(call));
  return whenSafe(call, page.revision, respondList(call, page.items, listMeta(page)));
}

/** The metadata of a list answer. */
export function listMeta(page: Page): {
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
} {
  return {
    resourceVersion: String(page.revision),
    ...(page.continueToken === undefined ? {} : { continue: page.continueToken }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  };
}

/** Reads the page a call asks for. */
export function readPage(call: Call, selection: Selection): Page {
  const prefix = prefixOf(call.resource, call.target.namespace);
  const start = startOf(call, prefix);
  const limit = limitOf(call.query);
  const { matches } = selection;
  if (!matches) {
    const list = readRange(call, prefix, { ...start, ...(limit ? { limit } : {}) });
    return pageOf(list, prefix, list.remaining > 0 ? list.items.at(-1) : undefined, true);
  }
  return selectedPage(call, prefix, { start, limit, matches });
}

function selectedPage(
  call: Call,
  prefix: string,
  how: {
    readonly start: { readonly after?: string; readonly at?: number };
    readonly limit: number | undefined;
    readonly matches: (stored: Stored) => boolean;
  },
): Page {
  const list = readRange(call, prefix, how.start);
  const items: Stored[] = [];
  for (const stored of list.items) {
    if (!how.matches(stored)) continue;
    if (items.length === how.limit)
      return pageOf({ ...list, items, remaining: 0 }, prefix, items.at(-1), false);
    items.push(stored);
  }
  return pageOf({ ...list, items, remaining: 0 }, prefix, undefined, false);
}

function pageOf(list: StoreList, prefix: string, last: Stored | undefined, counted: boolean): Page {
  return {
    items: list.items,
    revision: list.revision,
    continueToken: last && tokenOf(list.revision, last.key.slice(prefix.length)),
    remaining: last && counted ? list.remaining : undefined,
  };
}

function readRange(
  call: Call,
  prefix: string,
  range: { readonly after?: string; readonly at?: number; readonly limit?: number },
): StoreList {
  const { store } = call.state;
  try {
    return store.list(prefix, range);
  } catch (thrown) {
    if (!(thrown instanceof CompactedError)) throw thrown;
    if (!call.query.get('continue'))
      throw expired('The resourceVersion for the provided list is too old.');
    const after = (range.after ?? prefix).slice(prefix.length);
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
      tokenOf(-1, after),
    );
  }
}

function limitOf(query: URLSearchParams): number | undefined {
  const text = query.get('limit');
  if (text === null || text === '' || text === '0') return undefined;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 0)
    throw badRequest(`Invalid value for limit: ${JSON.stringify(text)}`);
  return limit;
}

/** Where the list begins: after a continue token, or at an exact resource version. */
function startOf(call: Call, prefix: string): { readonly after?: string; readonly at?: number } {
  const { query, state } = call;
  const token = query.get('continue') ?? '';
  const version = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const isAny = version === '' || version === '0';
  if (match !== '') checkMatch(match, version, token);
  if (token !== '' && !isAny)
    throw badRequest('specifying resource version is not allowed when using continue');
  if (token !== '') return startOfToken(token, prefix, state.store.revision);
  return isAny ? {} : startOfVersion(version, match, state.store.revision);
}

function startOfVersion(version: string, match: string, latest: number): { readonly at?: number } {
  const wanted = revisionOf(version);
  if (wanted > latest) throw tooLargeVersion(wanted, latest);
  return match === 'Exact' ? { at: wanted } : {};
}

function checkMatch(match: string, version: string, token: string): void {
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  const forbid = (why: string): void => {
    errors.push({ type: 'forbidden', field, detail: `resourceVersionMatch ${why}` });
  };
  if (version === '') forbid('is forbidden unless resourceVersion is provided');
  if (token !== '') forbid('is forbidden when continue is provided');
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    const detail = 'supported values: "Exact", "NotOlderThan", ""';
    errors.push({ type: 'notSupported', field, value: match, detail });
  }
  if (match === 'Exact' && version === '0') forbid('"exact" is forbidden for resourceVersion "0"');
  if (errors.length > 0) throw optionsError('ListOptions', errors);
}

/** A resource version as a number; 400 for anything else. */
export function revisionOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequest(
    `Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

/** 504: a version this server has not reached; nobody but this server hands them out. */
export function tooLargeVersion(wanted: number, current: number): StatusError {
  return new StatusError(
    504,
    'Timeout',
    `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    {
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    },
  );
}

function tokenOf(rv: number, start: string): string {
  const text = JSON.stringify({ v: 'meta.k8s.io/v1', rv, start: `${start}\0` });
  return Buffer.from(text).toString('base64url');
}

function startOfToken(
  token: string,
  prefix: string,
  latest: number,
): { readonly after: string; readonly at: number } {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString()) as {
      v: string;
      rv: number;
      start: string;
    };
    if (v !== 'meta.k8s.io/v1' || !Number.isInteger(rv) || !start.endsWith('\0'))
      throw new KnownError('invalid', 'not a token of this server');
    return { after: prefix + start.slice(0, -1), at: rv < 0 ? latest : Math.min(rv, latest) };
  } catch {
    throw badRequest(
      'continue key is not valid: invalid continue token: it was not made by this server',
    );
  }
}
