// `npm run bench [NAME…]`: measures, prints, and writes benchmarks/RESULTS.md with machine and date.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Figure } from './figure.ts';

const benches: Readonly<
  Record<string, () => Promise<{ readonly measure: () => Promise<readonly Figure[]> }>>
> = {
  seal: () => import('./seal.ts'),
  helm: () => import('./helm.ts'),
  sync: () => import('./sync.ts'),
  up: () => import('./up.ts'),
  apiserver: () => import('./apiserver.ts'),
  release: () => import('./release.ts'),
};

const results = path.join(import.meta.dirname, 'RESULTS.md');
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}

for (const name of wanted.length > 0 ? wanted : Object.keys(benches)) {
  const { measure } = await benches[name]!();
  const figures = await measure();
  for (const { what, value, goal } of figures)
    console.log(`${name}: ${what}: ${value}${goal ? ` (${goal})` : ''}`);
  writeSection(name, figures);
}

function writeSection(name: string, figures: readonly Figure[]): void {
  const before = existsSync(results)
    ? readFileSync(results, 'utf8')
    : '# Figures\n\nWritten by `npm run bench`. Ratios and medians of one run; compare only within a section.\n';
  const [head = '', ...sections] = before.split(/^(?=## )/m);
  const others = sections.filter((section) => !section.startsWith(`## ${name}\n`));
  const rows = figures.map(({ what, value, goal }) => `| ${what} | ${value} | ${goal ?? ''} |`);
  const revision = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
    encoding: 'utf8',
  }).stdout.trim();
  const cpu = os.cpus()[0]?.model ?? 'unknown';
  const machine = `${os.cpus().length} cores (${cpu}), ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.platform()}, Node ${process.version}`;
  const section = `## ${name}\n\n${new Date().toISOString().slice(0, 10)}, ${revision}, ${machine}\n\n| what | measured | goal |\n|---|---|---|\n${rows.join('\n')}\n`;
  writeFileSync(
    results,
    [head.trimEnd() + '\n', ...others, section].map((each) => each.trimEnd()).join('\n\n') + '\n',
  );
}
