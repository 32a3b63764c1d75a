import { type Case, Choice, literal, texts } from './case.ts';

const patterns = [
  'a*',
  '(a|b)+',
  '^x',
  'y$',
  '\\d+',
  '[a-c]',
  '(?i)H',
  '(',
  '[',
  'a{2}',
  'a{2,1}',
  'a{,3}',
  'a{0,2}?',
  '(?P<n>l+)',
  '\\b',
  '\\B',
  '.',
  '',
  'z*?',
  '\\pL+',
  '\\p{Greek}',
  '\\PN',
  '[[:alpha:]]+',
  '[[:^digit:]]',
  '[[:foo:]]',
  '(?s).*',
  '\\Qa.b\\E',
  'a**',
  'a*+',
  '\\8',
  '(?<n>l)',
  '\\',
  'x{1001}',
  '(?=a)',
  '(?!a)',
  '(?<=a)',
  '[^a]',
  '(a)(b)?',
  '\\s',
  '\\S+',
  '\\w+',
  '\\W',
  '$',
  '^',
  '(?m)^b',
  '(?m)$',
  'é',
  '[é-ü]',
  ')',
  '*a',
  '+',
  '?',
  '(?z)',
  '(?P<1>a)',
  '(?P<n>a)(?P<n>b)',
  '(?P<n',
  '[z-a]',
  'a|*',
  '\\z',
  '\\A',
  '\\C',
  '\\x41',
  '\\x{1F600}',
  '\\x',
  '\\u0041',
  '\\07',
  '\\n',
  '\\t+',
  '[\\d-z]',
  '[a-\\d]',
  '[]a]',
  '[^]',
  '[a',
  '(?:a|b)',
  '(?i:h)e',
  '(?U)a+',
  '(?-i)a',
  'a|ab',
  'ab|a',
  '(a+)(b+)',
  '((a)|b)*',
  '[\\w.-]+',
  '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  'x{2}{3}',
  '\\pX',
  '[[:word:]]',
  '\\Z',
  '(?P<name>\\w+) (?P<rest>.*)',
  '[a-z]+$',
  '(|a)+',
  '(a|)+',
  '\\/',
  '\\-',
  '\\_',
  '\\é',
];
const subjects = [
  'hello',
  'aab',
  '',
  'a.b',
  'H\u00c9llo w\u00f6rld',
  'a\nb\nc',
  '123 45',
  'axxb-ab',
  '\u65e5\u672c\u8a9e',
  '   ',
  'a b  c',
  'foo-bar.baz_1',
  'ABCabc foo',
  '\u{1f600}x',
  'aaa',
  'x1y22',
];
const replacements = [
  '<$0>',
  '${1}x',
  '$1x',
  '$n',
  '${n}',
  '$$',
  '$',
  '-',
  '${',
  '$1$2',
  '${1}-${2}',
  '$x',
  '\\1',
  '${0}$',
  '$10',
  '${name}',
  '',
  '${1',
  '$é',
];

/** Regular expressions: found, replaced, split, and what is wrong with them. */
export function patternCases(): Case[] {
  const choice = new Choice(3);
  const out: string[] = [];
  for (const pattern of patterns) {
    const re = literal(pattern);
    for (const subject of subjects) {
      const text = literal(subject);
      const [count, limit] = [
        choice.of(['-1', '1', '2', '0']),
        choice.of(['-1', '1', '2', '0', '3']),
      ];
      const by = literal(choice.of(replacements));
      out.push(`{{ regexMatch ${re} ${text} }}|{{ regexFind ${re} ${text} }}`);
      out.push(
        `{{ regexFindAll ${re} ${text} ${count} | toJson }}|{{ regexReplaceAll ${re} ${text} ${by} }}|{{ regexReplaceAllLiteral ${re} ${text} ${by} }}|{{ regexSplit ${re} ${text} ${limit} | toJson }}`,
      );
    }
    out.push(
      `{{ mustRegexFind ${re} "a" }}`,
      `{{ mustRegexMatch ${re} "a" }}`,
      `{{ mustRegexFindAll ${re} "a" -1 }}`,
      `{{ mustRegexReplaceAll ${re} "a" "b" }}`,
      `{{ mustRegexReplaceAllLiteral ${re} "a" "b" }}`,
      `{{ mustRegexSplit ${re} "a" -1 }}`,
      `{{ regexQuoteMeta ${re} }}`,
    );
    for (const by of replacements) out.push(`{{ regexReplaceAll ${re} "aab foo" ${literal(by)} }}`);
  }
  return texts([...new Set(out)]);
}

const layouts = [
  '2006-01-02',
  '2006-01-02T15:04:05Z07:00',
  'Mon Jan _2 15:04:05 2006',
  'Monday, 02-Jan-06 15:04:05 MST',
  '3:04PM',
  '03:04:05.000 pm',
  '2006-002',
  '__2',
  'Jan 2, 2006 at 3:04pm (MST)',
  '02/01/06',
  '-0700 -07:00 -07 Z0700 Z07 Z070000 -070000',
  '.999 ,000 05.999999 05,999',
  '2006 06 1 01 2 02 _2 __2',
  'January',
  'Janet',
  'Monte',
  '15h04',
  'x5',
  '20060102150405',
  '',
  'plain',
  'PM pm',
  '05.000000000',
  '05.00',
  '_2006',
  'Mond',
  '002',
  '2006-1-2',
  '2006-01-02 15:04:05',
  'RFC3339',
  '%Y-%m-%d',
  '4:5',
  '0405',
  'MST',
  '05.9',
  '.000',
  'Z07:00:00',
];
const zones = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Africa/Monrovia',
  'Etc/GMT+5',
  'EST',
  'GMT',
  'Europe/London',
  'Nope',
  '',
  '../x',
  'utc',
  'America/Sao_Paulo',
];
const moments = [
  '0',
  '1720000000',
  '(int64 -1)',
  '951782400',
  '4102444799',
  '1583020800',
  '(int 253402300799)',
  '1700000000',
];
const durations = [
  '1h',
  '1.5h',
  '-2m',
  '1h30m5s',
  '100ms',
  '5',
  'x',
  '',
  '1y',
  '1h1',
  '.5s',
  '1.s',
  '-',
  '+1h',
  '1\u00b5s',
  '1us',
  '9223372036854775807ns',
  '9223372036854775808ns',
  '1e3s',
  '24h',
  '720h',
  '721h',
  '8760h',
  '8761h',
  '36h5m',
  '0',
  '-0',
  '1ns',
  '0.1ns',
  '60s',
  '61m',
  '1h60m',
  '1 h',
  '1hh',
  'h',
  '2562047h',
  '2562048h',
];
const dates = [
  '2020-02-29',
  '2021-02-29',
  '2020-01-02T03:04:05Z',
  '2020-01-02T03:04:05+02:00',
  'Mon Jan  2 15:04:05 2006',
  '12:30PM',
  'x',
  '',
  '2020-1-2',
  '31/12/99',
  '2006-060',
  '2020-01-02 03:04:05.123',
  '2020-13-01',
  '2020-00-10',
  '2020-01-32',
  'Jan 5, 2020 at 1:02pm (CET)',
  '20200102030405',
  'Friday, 03-Jan-20 01:02:03 EST',
  'january',
  '25:00',
  '2020-366',
  '2021-366',
  '99',
  '69',
  '68',
];

/** Dates: layouts in zones, parsing, durations. */
export function dateCases(): Case[] {
  const choice = new Choice(5);
  const out: string[] = [];
  for (const layout of layouts) {
    const text = literal(layout);
    for (const moment of moments) {
      out.push(`{{ dateInZone ${text} ${moment} "UTC" }}`);
      for (const zone of zones)
        if (choice.below(3) === 0) out.push(`{{ dateInZone ${text} ${moment} ${literal(zone)} }}`);
    }
    for (const date of dates) {
      out.push(`{{ mustToDate ${text} ${literal(date)} }}`);
      if (choice.below(2) === 0)
        out.push(`{{ toDate ${text} ${literal(date)} | date "2006-01-02 15:04:05.000 MST" }}`);
    }
  }
  for (const zone of zones)
    for (const moment of moments)
      out.push(
        `{{ dateInZone "2006-01-02 15:04:05 -0700 MST" ${moment} ${literal(zone)} }}|{{ htmlDateInZone ${moment} ${literal(zone)} }}`,
      );
  for (const duration of durations) {
    const text = literal(duration);
    out.push(
      `{{ mustDateModify ${text} (toDate "2006-01-02" "2020-01-02") }}`,
      `{{ dateModify ${text} (toDate "2006-01-02" "2020-01-02") }}`,
      `{{ durationRound ${text} }} {{ duration ${text} }}`,
    );
  }
  for (const seconds of [
    '0',
    '1',
    '59',
    '60',
    '3599',
    '3600',
    '86399',
    '86400',
    '2591999',
    '2592001',
    '31536001',
    '-5',
    '-86401',
    '99999999999',
    '1.5',
  ]) {
    out.push(
      `{{ duration ${literal(seconds)} }}|{{ duration (int64 ${seconds.replace('.5', '')}) }}|{{ durationRound (duration ${literal(seconds)}) }}|{{ durationRound ${literal(`${seconds}s`)} }}`,
    );
  }
  const time = '(toDate "2006-01-02 15:04:05" "2020-03-01 12:30:45")';
  for (const method of [
    'Year',
    'Month',
    'Day',
    'Weekday',
    'YearDay',
    'Hour',
    'Minute',
    'Second',
    'Nanosecond',
    'Unix',
    'UnixMilli',
    'UnixNano',
    'IsZero',
    'String',
    'UTC',
    'Local',
    'Location',
    'Format "2006"',
    'Format',
    'Format 5',
    'AddDate 0 1 1',
    'AddDate 1',
    'Nope',
    'Zone',
    'IsDST',
    'GoString',
    'Date',
    'ISOWeek',
    'Before .',
    'wall',
    `Equal ${time}`,
    `After ${time}`,
    `Sub ${time}`,
    `Compare ${time}`,
    'Add 5',
    'Truncate 5',
    'MarshalText',
    'MarshalJSON',
    'UnixMicro',
  ]) {
    out.push(`{{ $t := ${time} }}{{ $t.${method} }}`, `{{ ${time}.${method} }}`);
  }
  out.push(
    `{{ ${time} }}|{{ toJson ${time} }}|{{ toYaml ${time} }}|{{ printf "%v %s %d" ${time} ${time} 1 }}|{{ unixEpoch ${time} }}|{{ kindOf ${time} }}`,
    `{{ toJson (toDate "2006" "0001") }}`,
    `{{ toToml (dict "t" ${time}) }}`,
  );
  return texts([...new Set(out)]);
}
