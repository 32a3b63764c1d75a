const fields: readonly [name: string, min: number, max: number, names: readonly string[]][] = [
  ['minute', 0, 59, []],
  ['hour', 0, 23, []],
  ['day-of-month', 1, 31, []],
  [
    'month',
    1,
    12,
    ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  ],
  ['day-of-week', 0, 6, ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']],
];

const descriptors: ReadonlySet<string> = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
]);

/** What is wrong with a schedule of five fields or an @-name, as the Go cron library says it; undefined: nothing. */
export function isCronSchedule(schedule: string): string | undefined {
  const text = schedule.replace(/^(CRON_)?TZ=\S+\s+/, '').trim();
  if (text.startsWith('@')) {
    const known = descriptors.has(text) || /^@every (\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text);
    return known ? undefined : `unrecognized descriptor: ${text}`;
  }
  const parts = text.split(/\s+/);
  if (parts.length !== fields.length) {
    return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`;
  }
  return parts.map((part, at) => fieldProblem(part, at)).find((problem) => problem !== undefined);
}

function fieldProblem(part: string, at: number): string | undefined {
  for (const range of part.split(',')) {
    const problem = rangeProblem(range, at);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function rangeProblem(range: string, at: number): string | undefined {
  const [bounds = '', step, ...more] = range.split('/');
  if (more.length > 0) return `too many slashes: ${range}`;
  if (step !== undefined && !/^\d+$/.test(step)) return notNumber(step);
  if (step !== undefined && Number(step) === 0) {
    return `step of range should be a positive number: ${range}`;
  }
  return bounds === '*' || bounds === '?' ? undefined : boundsProblem(range, bounds, at);
}

const notNumber = (text: string): string =>
  `failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`;

function boundsProblem(range: string, bounds: string, at: number): string | undefined {
  const [, min, max, names] = fields[at] ?? ['', 0, 0, []];
  const ends = bounds.split('-');
  if (ends.length > 2) return `too many hyphens: ${range}`;
  const bad = ends.find((end) => !/^\d+$/.test(end) && !names.includes(end.toLowerCase()));
  if (bad !== undefined) return notNumber(bad);
  const [from = 0, to = from] = ends.map((end) => {
    const named = names.indexOf(end.toLowerCase());
    return named < 0 ? Number(end) : named + min;
  });
  if (from < min) return `beginning of range (${from}) below minimum (${min}): ${range}`;
  if (to > max) return `end of range (${to}) above maximum (${max}): ${range}`;
  return from > to
    ? `beginning of range (${from}) beyond end of range (${to}): ${range}`
    : undefined;
}
