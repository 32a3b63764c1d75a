import { describe, expect, it } from 'vitest';
import { parseWithLines } from './index.ts';

const text = `# a comment
image:
  repo: x
  tag: "1"
hosts:
- a
- name: b
  port: 80
flow: {x: 1, z: [1,
  2]}
base: &base
  one: 1
more:
  <<: *base
  two: 2
yes: 1
`;

describe('parseWithLines', () => {
  it.each<[(string | number)[], number | undefined]>([
    [['image'], 2],
    [['image', 'tag'], 4],
    [['hosts', 0], 6],
    [['hosts', 1, 'port'], 8],
    [['flow', 'z', 1], 10],
    [['more', 'one'], 12],
    [['more', 'two'], 15],
    [['true'], 16],
    [['image', 'none'], undefined],
    [['image', 'tag', 'deeper'], undefined],
    [[], undefined],
  ])('%j stands on line %s', (path, line) => {
    expect(parseWithLines(text).lineOf(path)).toBe(line);
  });
});
