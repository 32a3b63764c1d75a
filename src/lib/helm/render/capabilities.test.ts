import { describe, expect, it } from 'vitest';
import { parseKubeVersion } from './capabilities.ts';

describe('parseKubeVersion', () => {
  it.each<[string, string]>([
    ['1.29', 'v1.29'],
    ['v1.29.3', 'v1.29.3'],
    ['v1.29.3-gke.1', 'v1.29.3'],
    ['1.29+', 'v1.29'],
    ['1.05', 'v1.5'],
    ['1.2.3.4', 'v1.2.3.4'],
    [' 1.5', 'v1.5'],
  ])('%j is %s', (text, version) => {
    expect(parseKubeVersion(text).version).toBe(version);
  });

  it.each<[string, string]>([
    ['x', 'could not parse "x" as version'],
    ['1', 'illegal version string "1"'],
    ['1.x', 'illegal version string "1.x"'],
    ['01.2', 'illegal zero-prefixed version component "01" in "01.2"'],
  ])('%j is none', (text, message) => {
    expect(() => parseKubeVersion(text)).toThrow(message);
  });
});
