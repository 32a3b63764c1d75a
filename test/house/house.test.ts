import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { groups } from '../../src/apps/cli/groups.ts';
import { rooms } from './import-table.ts';
import { filesBelow, foldersIn, importsOf, read, root, wallProblem } from './walls.ts';

const sources = filesBelow('src').filter((file) => file.endsWith('.ts'));
const code = sources.filter((file) => !/\.(test|contract)\.ts$/.test(file));

describe('walls', () => {
  it('every import goes down and through a door', () => {
    // Tests may look at other rooms: they run the real parts together.
    const problems = code.flatMap((file) =>
      importsOf(read(file)).map((each) => wallProblem(file, each)),
    );
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  it.each([
    ['src/base/clock.ts', '../lib/http/index.ts', 'floor 0'],
    ['src/api/function/index.ts', '../../lib/kube/index.ts', 'kinds and messages only'],
    ['src/lib/kube/cache.ts', '../../api/function/index.ts', 'library on its own'],
    ['src/lib/http/listen.ts', '../kube/index.ts', 'new edge is a decision'],
    ['src/features/sync/act.ts', '../release/index.ts', 'features meet only'],
    ['src/features/sync/act.ts', '../../embedded/apiserver/index.ts', 'real cluster'],
    ['src/embedded/runtime/a.ts', '../../features/sync/index.ts', 'real cluster'],
    ['src/embedded/runtime/a.ts', '../apiserver/index.ts', 'over the Kubernetes API'],
    ['src/features/sync/act.ts', '../../apps/cli/io.ts', 'imports go down'],
    ['src/features/sync/act.ts', '../../lib/git/mirror.ts', 'the door is index.ts'],
    ['src/elsewhere/a.ts', '../base/index.ts', 'not in test/house/import-table.ts'],
    ['src/features/sync/act.ts', '../../lib/nowhere/index.ts', 'in no room'],
  ])('%s importing %s is refused', (from, specifier, why) => {
    expect(wallProblem(from, specifier)).toContain(why);
  });

  it.each([
    ['src/features/sync/act.ts', '../../lib/git/index.ts'],
    ['src/lib/helm/render/a.ts', '../../gotemplate/index.ts'],
    ['src/lib/helm/render/a.ts', '../chart/b.ts'],
    ['src/base/clock.ts', 'node:fs'],
  ])('%s importing %s is fine', (from, specifier) => {
    expect(wallProblem(from, specifier)).toBeUndefined();
  });

  it('finds every form of import', () => {
    const text = `import a from './a.ts';\nimport {\n  b,\n} from './b.ts';\nexport { c } from './c.ts';\nimport './d.ts';\nimport type { E } from './e.ts';\nconst f = await import('./f.ts');\n// import g from './g.ts';`;
    expect(importsOf(text)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts']);
  });
});

describe('rooms', () => {
  it('each room of the table is a folder with a door, and each folder stands in the table', () => {
    const floors = [
      'src/api',
      'src/lib',
      'src/features',
      'src/embedded',
      'src/apps',
      'src/apps/cli',
    ];
    const folders = floors.flatMap((floor) => foldersIn(floor).map((name) => `${floor}/${name}`));
    expect(rooms.map((room) => room.path).toSorted()).toEqual(['src/base', ...folders].toSorted());
  });

  it('each door is opened by a doc comment', () => {
    const doors = sources.filter((file) => rooms.some((room) => file === `${room.path}/index.ts`));
    expect(doors.filter((file) => !read(file).startsWith('/**\n'))).toEqual([]);
    expect(
      rooms.filter(
        (room) =>
          !existsSync(path.join(root, room.path, 'index.ts')) && room.path !== 'src/apps/cli',
      ),
    ).toEqual([]);
  });

  it('the groups of the command line are its folders', () => {
    expect(Object.keys(groups)).toEqual(
      foldersIn('src/apps/cli').filter((name) => name !== 'cobra'),
    );
  });
});

describe('files', () => {
  it('no file has a name that says nothing', () => {
    const empty =
      /^(utils?|helpers?|common|misc|types|manager|processor)$|-(utils?|helpers?|manager|processor|impl)$/;
    const names = code.map((file) => [file, path.basename(file, '.ts')] as const);
    expect(names.filter(([, name]) => empty.test(name)).map(([file]) => file)).toEqual([]);
  });

  it('names are kebab-case', () => {
    expect(
      sources.filter(
        (file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.(ts|mts)$/.test(path.basename(file)),
      ),
    ).toEqual([]);
  });

  it('no file switches the size rule off without saying why', () => {
    const silent = code.filter((file) => /(oxlint|eslint)-disable(?!.* -- \S)/.test(read(file)));
    expect(silent).toEqual([]);
  });

  it('only the apps read the environment and the arguments', () => {
    // The preload runs inside a pod's process and has nothing but its environment to learn from.
    const preload = 'src/embedded/runtime/process/preload.ts';
    const offenders = code
      .filter((file) => !file.startsWith('src/apps/') && file !== preload)
      .filter((file) => /\bprocess\.(env|argv)\b/.test(read(file)));
    expect(offenders).toEqual([]);
  });

  it('time comes through the Clock', () => {
    const offenders = code.filter(
      (file) => !file.startsWith('src/base/') && /\bDate\.now\(\)|new Date\(\)/.test(read(file)),
    );
    expect(offenders).toEqual([]);
  });
});

describe('docs', () => {
  const pages = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...filesBelow('docs'),
    ...filesBelow('examples'),
  ].filter((file) => file.endsWith('.md'));

  it('links between pages and files resolve', () => {
    const dead = pages.flatMap((page) =>
      Array.from(read(page).matchAll(/\]\(([^)\s]+)\)/g), (found) => found[1] ?? '')
        .filter((target) => !/^(https?:|mailto:|#)/.test(target))
        .filter(
          (target) => !existsSync(path.join(root, path.dirname(page), target.replace(/#.*$/, ''))),
        )
        .map((target) => `${page}: ${target}`),
    );
    expect(dead).toEqual([]);
  });

  it('paths of files named in the architecture page exist', () => {
    const named = Array.from(
      read('ARCHITECTURE.md').matchAll(
        /`((?:src|test|tools|docs|bin|benchmarks|examples|templates)\/[^`\s<>*{}]+)`/g,
      ),
      (found) => found[1] ?? '',
    );
    expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  it('the README stays short', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(151);
  });

  it('every public subpath is the door of a room', () => {
    const { exports } = JSON.parse(read('package.json')) as {
      exports: Record<string, string | { default: string }>;
    };
    const doors = Object.values(exports).filter((each) => typeof each !== 'string');
    const sourcesOf = doors.map((each) =>
      each.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'),
    );
    const known = rooms.map((room) => `${room.path}/index.ts`);
    expect(sourcesOf.filter((file) => !known.includes(file))).toEqual([]);
  });

  it('every runtime dependency has its line', () => {
    const listed = Array.from(
      read('docs/adr/dependencies.md').matchAll(/^\| `([^`]+)`/gm),
      (found) => found[1] ?? '',
    );
    const manifest = JSON.parse(read('package.json')) as Record<
      'dependencies' | 'optionalDependencies',
      Record<string, string>
    >;
    expect(listed.toSorted()).toEqual(
      [
        ...Object.keys(manifest.dependencies),
        ...Object.keys(manifest.optionalDependencies),
      ].toSorted(),
    );
  });
});
