// Bundles the command line into few files under dist/bundle, so that it starts quickly: `bin/trice`
// takes them where no source is newer. `npm run build` and the first `npm start` or `npm test` make it.
import { utimesSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import type { Plugin } from 'rolldown';

const root = path.resolve(import.meta.dirname, '..');
const src = path.join(root, 'src');
const out = path.join(root, 'dist', 'bundle');

/** Bundles. `beside`: the tree where modules find files beside themselves, sources or their JavaScript. */
export async function bundle(beside: 'src' | 'dist'): Promise<void> {
  const bundling = await rolldown({
    input: { main: path.join(src, 'apps/cli/main.ts') },
    platform: 'node',
    // Packages stay where npm puts them, with their own licences.
    external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
    plugins: [ownPlace(beside)],
    logLevel: 'warn',
  });
  // Older files stay: a program that runs may yet load a part of itself, and names tell contents apart.
  await bundling.write({
    dir: out,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  });
  await bundling.close();
  const now = new Date();
  utimesSync(path.join(out, 'main.js'), now, now);
}

/** Lets every module say of itself where it was before it was bundled. */
function ownPlace(beside: 'src' | 'dist'): Plugin {
  return {
    name: 'own-place',
    transform(code, id) {
      if (!id.startsWith(src) || !code.includes('import.meta.url')) return undefined;
      const file = path.relative(src, id).split(path.sep).join('/');
      const place = beside === 'src' ? `../../src/${file}` : `../${file.replace(/\.ts$/, '.js')}`;
      const url = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
      return { code: code.replaceAll('import.meta.url', url), map: null };
    },
  };
}

if (import.meta.main) await bundle('src');
