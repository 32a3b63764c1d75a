// `npm run build`: the same tree as JavaScript under dist/, with types, and the data files that
// sources read beside themselves; then the command line in few files. Publishing needs it: Node strips no types inside node_modules.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bundle } from './bundle.ts';

const root = path.resolve(import.meta.dirname, '..');
rmSync(path.join(root, 'dist'), { recursive: true, force: true });

const tsc = path.join(root, 'node_modules/.bin/tsc');
const done = spawnSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
if (done.status !== 0) process.exit(done.status ?? 1);

const isData = (file: string): boolean =>
  /\.(json|mjs|html|css|proto)$/.test(file) && !file.includes('testdata');
const all = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
for (const file of all.filter(isData))
  cpSync(path.join(root, 'src', file), path.join(root, 'dist', file));

await bundle('dist');
