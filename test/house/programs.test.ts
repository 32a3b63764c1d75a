import { describe, expect, it } from 'vitest';
import { findProgram, isAllRequired, kubectls, wanted } from '../programs.ts';

describe.skipIf(!isAllRequired)('programs that tests need (checked where all are required)', () => {
  it.each(wanted.map((name) => [name] as const))('%s is on the PATH', (name) => {
    expect(findProgram(name)).toBeDefined();
  });

  it('kubectl is there in an old and a new version, or at least in one', () => {
    expect(kubectls().length).toBeGreaterThan(0);
  });
});
