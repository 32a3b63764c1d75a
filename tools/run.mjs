// What `npm start`, `npm test`, `npm run lint|build|bench` run: installs what is missing, then does
// the work on the Node that the repository brings. Plain JavaScript, because the machine's own Node
// (18 or newer) may be the one that reads it.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(
  import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
  '..',
);
const at = (...parts) => path.join(root, ...parts);

function installIfNeeded() {
  const mark = at('node_modules', '.package-lock.json');
  const fresh =
    existsSync(mark) && statSync(mark).mtimeMs >= statSync(at('package-lock.json')).mtimeMs;
  if (fresh) return;
  process.stderr.write('installing what package-lock.json names (first run, or it changed) …\n');
  const npm = process.env.npm_execpath;
  const args = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-fund',
    '--no-audit',
    '--loglevel=error',
  ];
  const [program, all] = npm ? [process.execPath, [npm, ...args]] : ['npm', args];
  run(program, all, { stdio: ['ignore', 2, 2] });
  // `bin/trice` starts quicker from it than from the sources.
  run(node24(), [at('tools/bundle.ts')], { stdio: ['ignore', 2, 2] });
}

/** The Node that the repository brings, or the machine's own where it is new enough. */
function node24() {
  const brought = at('node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(brought)) return brought;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  process.stderr.write(
    `trice needs Node 24 or newer; this machine has ${process.version}, and npm has no Node package for ` +
      `${process.platform}-${process.arch}. Install Node 24, then run this again.\n`,
  );
  process.exit(1);
}

function run(program, args, options = {}) {
  const env = {
    ...process.env,
    PATH: `${at('node_modules', '.bin')}${path.delimiter}${process.env.PATH}`,
  };
  const done = spawnSync(program, args, { cwd: root, stdio: 'inherit', env, ...options });
  if (done.error) throw done.error;
  if (done.status !== 0) process.exit(done.status ?? 1);
}

const node = (...args) => run(node24(), args);
const tool = (name, ...args) => run(at('node_modules', '.bin', name), args);

const main = at('src/apps/cli/main.ts');
const tasks = {
  start: (args) =>
    process.platform === 'win32'
      ? node('--disable-warning=ExperimentalWarning', main, 'up', '--demo', ...args)
      : run(at('bin', 'trice'), ['up', '--demo', ...args]),
  lint() {
    tool('oxlint', '--type-aware', '--deny-warnings', '.');
    tool('prettier', '--check', '--log-level', 'warn', '.');
    tool('tsc');
  },
  test(args) {
    if (args.length === 0) tasks.lint();
    node(at('node_modules/vitest/vitest.mjs'), 'run', ...args);
  },
  build: () => node(at('tools/build.ts')),
  bench: (args) => node('--disable-warning=ExperimentalWarning', at('benchmarks/run.ts'), ...args),
};

const [task = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(tasks, task)) {
  process.stderr.write(
    `tools/run.mjs: no task ${JSON.stringify(task)}; one of ${Object.keys(tasks).join(', ')}\n`,
  );
  process.exit(2);
}
installIfNeeded();
tasks[task](args);
