import { describe, expect, it } from 'vitest';
import { cleanRoot, selectFiles } from './select-files.ts';

const all = [
  'README.md',
  'releases/b.yaml',
  'releases/a.yml',
  'releases/notes.json',
  'charts/app/Chart.yaml',
  'charts/app/values.yaml',
  'charts/app/templates/x.yaml',
  'half/Chart.yaml',
  'half/x.yaml',
  '.hidden/c.yaml',
  'releases-old/d.yaml',
].map((path) => ({ path }));

const chosen = (roots: string[]): string[] => selectFiles(all, roots).files.map(({ path }) => path);

describe('selectFiles', () => {
  it('takes YAML files in lexical order and leaves charts out', () => {
    expect(chosen([])).toEqual([
      '.hidden/c.yaml',
      'half/Chart.yaml',
      'half/x.yaml',
      'releases-old/d.yaml',
      'releases/a.yml',
      'releases/b.yaml',
    ]);
  });

  it.each([
    [['releases'], ['releases/a.yml', 'releases/b.yaml']],
    [['./releases/'], ['releases/a.yml', 'releases/b.yaml']],
    [
      ['releases/b.yaml', 'releases-old'],
      ['releases-old/d.yaml', 'releases/b.yaml'],
    ],
    [['charts'], []],
  ])('reads only below the roots %j', (roots, paths) => {
    expect(chosen(roots)).toEqual(paths);
  });

  it('names the roots that are not there', () => {
    expect(selectFiles(all, ['releases', 'gone']).missing).toEqual(['gone']);
  });

  it.each(['/etc', '../x', 'a/../../b'])('refuses the root %s', (root) => {
    expect(() => cleanRoot(root)).toThrow(/git path/);
  });
});
