import { isRecord } from '../../../base/index.ts';
import type { Commit } from '../../../lib/git/index.ts';
import type { Problem } from '../desired.ts';
import type { FluxEvent } from './flux-event.ts';

/** When something began and ended. */
export interface Span {
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** What a job wrote beside its commit. */
export interface JobNote {
  readonly spec: { readonly type: string; readonly cause: unknown; readonly spec: unknown };
  readonly result: Readonly<Record<string, unknown>>;
}

/** Reads a note; undefined for what no job wrote. */
export function parseNote(text: string | undefined): JobNote | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
  if (!isRecord(value) || !isRecord(value['spec'])) return undefined;
  const { type, cause, spec } = value['spec'];
  if (typeof type !== 'string') return undefined;
  const result = isRecord(value['result']) ? value['result'] : {};
  return { spec: { type, cause, spec }, result };
}

/** What a sync was about. Commits newest first. */
export interface Synced {
  readonly commits: readonly Commit[];
  readonly notes: ReadonlyMap<string, JobNote>;
  readonly changed: readonly string[];
  readonly problems: readonly Problem[];
  readonly isInitial: boolean;
}

/** The event of a sync. */
export function syncEvent(synced: Synced, span: Span): FluxEvent {
  const { commits, notes, changed, problems, isInitial } = synced;
  const words = commits.map(({ revision }) => includedAs(notes.get(revision)));
  const includes = Object.fromEntries([...new Set(words)].map((word) => [word, true]));
  const errors = problems.map(({ id, path, message }) => ({
    ID: id ?? '',
    Path: path,
    Error: message,
  }));
  return {
    ...common(span, changed),
    type: 'sync',
    metadata: {
      commits: commits.map(({ revision, message }) => ({ revision, message })),
      includes,
      ...(errors.length === 0 ? {} : { errors }),
      ...(isInitial ? { initialSync: true } : {}),
    },
  };
}

/** Under which word a sync event counts a commit. */
function includedAs(note: JobNote | undefined): string {
  const type = note?.spec.type;
  if (type === 'image' || type === 'containers') return 'release';
  if (type === 'auto') return 'autorelease';
  return type === 'policy' ? 'update_policy' : 'other';
}

/** The events of releases among the synced commits, newest first; none for a first sync. */
export function releaseEvents({ commits, notes, isInitial }: Synced, span: Span): FluxEvent[] {
  if (isInitial) return [];
  return commits.flatMap(({ revision }): FluxEvent[] => {
    const note = notes.get(revision);
    const word = includedAs(note);
    if (note === undefined || (word !== 'release' && word !== 'autorelease')) return [];
    const error = errorText(note.result);
    const metadata = {
      Revision: revision,
      result: note.result,
      ...(error === '' ? {} : { error }),
    };
    const start = common(span, affected(note.result));
    if (word === 'autorelease') {
      return [{ ...start, type: word, metadata: { ...metadata, spec: note.spec.spec } }];
    }
    const isImage = note.spec.type === 'image';
    const spec = {
      Type: isImage ? 'releaseImageSpecType' : 'releaseContainersSpecType',
      ReleaseImageSpec: isImage ? note.spec.spec : null,
      ReleaseContainersSpec: isImage ? null : note.spec.spec,
    };
    const { cause } = note.spec;
    return [{ ...start, type: 'release', metadata: { ...metadata, spec, cause } }];
  });
}

/** The event of a commit that a job pushed. */
export function commitEvent(revision: string, note: JobNote, span: Span): FluxEvent {
  const { spec, result } = note;
  return {
    ...common(span, affected(result)),
    type: 'commit',
    metadata: { revision, spec, result },
  };
}

function common(
  { startedAt, endedAt }: Span,
  ids: readonly string[],
): Pick<FluxEvent, 'id' | 'serviceIDs' | 'startedAt' | 'endedAt' | 'logLevel'> {
  return {
    id: 0,
    serviceIDs: ids.toSorted(),
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    logLevel: 'info',
  };
}

function statusOf(result: unknown): unknown {
  return isRecord(result) ? result['Status'] : undefined;
}

function affected(result: JobNote['result']): string[] {
  return Object.keys(result).filter((id) => statusOf(result[id]) === 'success');
}

/** fluxd's words for what went wrong with some workloads of a job. */
function errorText(result: JobNote['result']): string {
  const failed = Object.keys(result).filter((id) => statusOf(result[id]) === 'failed');
  const [first] = failed;
  if (first === undefined) return '';
  if (failed.length > 1) return `Multiple services failed: ${failed.toSorted().join(', ')}`;
  const only = result[first];
  return `${first} failed: ${isRecord(only) ? String(only['Error'] ?? '') : ''}`;
}
