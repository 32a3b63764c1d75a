/**
 * Questions for a template engine, made by rule: every function with every kind of operand, every verb
 * of printf, versions, patterns, dates, YAML, JSON and TOML, faults, random templates. They are the
 * same each time; `answers.json.gz` holds what Helm 3.21.4 answers, in their order.
 */
import { callCases } from './calls.ts';
import type { Case } from './case.ts';
import { dataCases } from './data.ts';
import { comparisonCases, faultCases, mergeCases, randomCases } from './language.ts';
import { dateCases, patternCases } from './patterns.ts';
import { printfCases } from './printing.ts';
import { versionCases } from './versions.ts';

export type { Case } from './case.ts';
export { standardValues } from './case.ts';
export { randomTemplates } from './language.ts';

/** Makes keys, which are new each time and slow. */
const slow = /genPrivateKey (?:\.Values\.e|\(printf)|\.Values\.e \| genPrivateKey/;

/** What is stored of a group that is too large to be stored whole; another part with each seed would do. */
function everyNth(cases: readonly Case[], n: number): Case[] {
  return cases.filter((_, i) => i % n === 0);
}

/** All cases by group. */
export function allGroups(): Record<string, readonly Case[]> {
  return {
    calls: callCases().filter(({ text }) => !slow.test(text)),
    printf: printfCases(),
    versions: versionCases(),
    patterns: patternCases(),
    dates: dateCases(),
    data: dataCases(),
    faults: faultCases(),
    comparisons: comparisonCases(),
    merges: mergeCases(),
    random: randomCases(4000),
  };
}

const parts: Readonly<Record<string, number>> = {
  calls: 11,
  printf: 8,
  versions: 11,
  patterns: 7,
  dates: 5,
  data: 2,
  faults: 1,
  comparisons: 17,
  merges: 7,
  random: 7,
};

/** The cases whose answers are stored. */
export function storedGroups(): Record<string, readonly Case[]> {
  return Object.fromEntries(
    Object.entries(allGroups()).map(([name, cases]) => [name, everyNth(cases, parts[name] ?? 1)]),
  );
}
