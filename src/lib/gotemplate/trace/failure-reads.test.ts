import { describe, expect, it } from 'vitest';
import { createEngine, functionTable, pathText, TemplateError } from '../index.ts';
import type { Engine } from '../index.ts';

function readsOf(text: string, dot: unknown): string[] {
  const include = {
    params: ['string', 'any'] as const,
    call: (name: string, data: unknown): string => engine.execute(name, data),
  };
  const engine: Engine = createEngine({ functions: { ...functionTable(), include } });
  engine.add('t', text);
  try {
    engine.executeTraced('t', dot);
  } catch (thrown) {
    if (thrown instanceof TemplateError) return thrown.reads.map(pathText);
    throw thrown;
  }
  throw new Error('it did not fail');
}

describe('a run that fails tells what its failing action had read', () => {
  it.each<[string, string, string[]]>([
    ['the argument', '{{ .Values.b }}{{ index .Values.a "k" }}', ['Values.a']],
    ['all of them', '{{ printf "%s" .Values.a | index .Values.b }}', ['Values.a', 'Values.b']],
    ['what is missing', '{{ .Values.none.deep }}', ['Values.none.deep']],
    [
      'in a template that was included, by the path from the outer dot',
      '{{ define "x" }}{{ index .a "k" }}{{ end }}{{ include "x" .Values }}',
      ['Values.a'],
    ],
    ['behind a variable', '{{ $x := .Values.a }}{{ index $x "k" }}', ['Values.a']],
    ['nothing', '{{ .Values.a }}{{ index 1 "k" }}', []],
  ])('%s', (_name, text, reads) => {
    expect(readsOf(text, { Values: { a: true, b: 5 } })).toEqual(reads);
  });
});
