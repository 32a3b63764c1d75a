import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FileChange, Mirror } from '../../../lib/git/index.ts';

/** The example that the demo is made from. */
export const exampleDir: string = fileURLToPath(
  new URL('../../../../examples/openfaas-gitops', import.meta.url),
);

/** `owner/name` of the demo's repository on our git server. */
export const demoRepository = 'demo/openfaas-gitops';

/** Addresses in the example's files, and what they are here. */
export interface Addresses {
  /** `localhost:5000` */
  readonly registry: string;
  /** `http://localhost:3000` */
  readonly git: string;
}

/** Pushes the example's files as the first commit of a repository that has none. */
export async function pushDemoRepository(mirror: Mirror, addresses: Addresses): Promise<void> {
  const author = { name: 'Trice', email: 'demo@trice.invalid' };
  const revision = await mirror.commit({
    branch: 'master',
    parent: undefined,
    message: 'OpenFaaS, the GitOps way',
    author,
    changes: await demoFiles(path.join(exampleDir, 'repo'), addresses),
  });
  await mirror.push({ refs: [{ from: revision, to: 'refs/heads/master' }] });
}

async function demoFiles(dir: string, { registry, git }: Addresses): Promise<FileChange[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    files.toSorted().map(async (file) => {
      const text = await readFile(file, 'utf8');
      return {
        path: path.relative(dir, file).split(path.sep).join('/'),
        content: text
          .replaceAll('localhost:5000', registry)
          .replaceAll('http://localhost:3000', git),
      };
    }),
  );
}
