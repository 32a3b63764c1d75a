import { expect, it } from 'vitest';
import { readRepositories } from './repositories.ts';
import { repositorySettings } from './settings.ts';

const read = (text: string): ReturnType<typeof readRepositories> =>
  readRepositories(text, { file: 'list.yaml' });

it('reads every setting by its own name, with the defaults of fluxd for the rest', () => {
  const [one, two] = read(`
repositories:
  - {name: a, url: "git@host:a"}
  - name: b
    url: https://host/b
    paths: [releases/production, .]
    isReadOnly: true
    isGenerating: true
    isDecrypting: true
    verifySignatures: first-parent
    pruneGuard: {share: 0.2, above: 3}
    syncTimeoutMs: 30000
`);
  expect(one).toEqual(repositorySettings({ name: 'a', url: 'git@host:a' }));
  expect(two).toMatchObject({
    paths: ['releases/production', '.'],
    state: 'secret',
    isGenerating: true,
    isDecrypting: true,
    verifySignatures: 'first-parent',
    pruneGuard: { share: 0.2, above: 3 },
    syncTimeoutMs: 30_000,
    branch: 'master',
  });
});

it.each([
  ['repositories: {}', 'list.yaml: write a list named repositories'],
  ['repositories: [x]', 'list.yaml: repositories[0]: write a map with name and url'],
  ['repositories: [{name: a}]', 'list.yaml: repositories[0]: url is missing'],
  ['repositories: [{name: a, url: x, colour: red}]', 'unknown field colour; known are name, url'],
  ['repositories: [{name: A_b, url: x}]', 'name has a wrong value "A_b"'],
  ['repositories: [{name: a, url: x, paths: [/etc]}]', 'paths has a wrong value ["/etc"]'],
  ['repositories: [{name: a, url: x, paths: [../b]}]', 'paths has a wrong value'],
  ['repositories: [{name: a, url: x, state: file}]', 'state has a wrong value "file"'],
  ['repositories: [{name: a, url: x, pruneGuard: {share: 2, above: 1}}]', 'pruneGuard has a wrong'],
  ['repositories: [{name: a, url: x}, {name: a, url: z}]', 'two repositories are named "a"'],
])('says what is wrong in %s', (text, message) => {
  expect(() => read(text)).toThrow(message);
});
