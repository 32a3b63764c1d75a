import { expect, it } from 'vitest';
import { eventText } from './event-text.ts';
import { commitEvent, parseNote, releaseEvents, syncEvent } from './make-events.ts';
import type { JobNote } from './make-events.ts';

const at = new Date('2026-01-01T00:00:00Z');
const span = { startedAt: at, endedAt: at };
const commit = (revision: string) => ({
  revision: revision.repeat(40),
  message: `m${revision}`,
  author: { name: 'a', email: 'b' },
  date: at,
});
const id = 'demo:deployment/app';
const result = {
  [id]: { Status: 'success', PerContainer: [{ Container: 'c', Current: 'x:1', Target: 'x:2' }] },
  'demo:deployment/other': { Status: 'failed', Error: 'no such container' },
};
const cause = { Message: 'now', User: 'Jane' };
const note = (type: string, spec: unknown = {}): JobNote => ({
  spec: { type, cause, spec },
  result,
});

it('a sync event counts what its commits are, and tells errors', () => {
  const commits = ['d', 'c', 'b', 'a'].map(commit);
  const notes = new Map([
    [commits[0]!.revision, note('policy')],
    [commits[1]!.revision, note('auto')],
    [commits[2]!.revision, note('image')],
  ]);
  const problems = [{ id, path: 'a.yaml', message: 'bad' }];
  const news = { commits, notes, changed: [id], problems, isInitial: false };
  const event = syncEvent(news, span);
  expect(event).toEqual({
    id: 0,
    serviceIDs: [id],
    type: 'sync',
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:00.000Z',
    logLevel: 'info',
    metadata: {
      commits: commits.map(({ revision, message }) => ({ revision, message })),
      includes: { update_policy: true, autorelease: true, release: true, other: true },
      errors: [{ ID: id, Path: 'a.yaml', Error: 'bad' }],
    },
  });
  expect(eventText(event)).toBe(`Sync: aaaaaaa..ddddddd, ${id}`);
  expect(releaseEvents(news, span).map(({ type }) => type)).toEqual(['autorelease', 'release']);
  expect(releaseEvents({ ...news, isInitial: true }, span)).toEqual([]);
});

it.each([
  ['image', { ServiceSpecs: [id] }, `Released: x:2 to ${id}, by Jane, with message "now"`],
  [
    'image',
    { ServiceSpecs: ['<all>'] },
    'Released: x:2 to all workloads, by Jane, with message "now"',
  ],
  ['containers', {}, `Released: x:2 to ${id}, by Jane, with message "now"`],
  ['auto', { Changes: [] }, 'Automated release of x:2'],
])('a note of type %s with %j is told as %s', (type, spec, text) => {
  const commits = [commit('a')];
  const notes = new Map([[commits[0]!.revision, note(type, spec)]]);
  const news = { commits, notes, changed: [], problems: [], isInitial: false };
  const [event] = releaseEvents(news, span);
  expect(event && eventText(event)).toBe(text);
  expect(event?.metadata).toMatchObject({
    Revision: commits[0]?.revision,
    result,
    error: 'demo:deployment/other failed: no such container',
  });
});

it('a commit event carries the job', () => {
  const event = commitEvent('b'.repeat(40), note('policy'), span);
  expect(event.metadata).toEqual({ revision: 'b'.repeat(40), ...note('policy') });
  expect(eventText(event)).toBe(`Commit: bbbbbbb, ${id}`);
});

it.each([undefined, '', 'text', '{}', '{"spec":{}}', '[]'])('%j is no note of a job', (text) => {
  expect(parseNote(text)).toBeUndefined();
});
