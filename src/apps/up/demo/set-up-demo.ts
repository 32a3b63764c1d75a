import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, Logger } from '../../../base/index.ts';
import { buildFunction, parseStack, pushFunction } from '../../../features/build/index.ts';
import { openMirror, type Credentials, type Environment } from '../../../lib/git/index.ts';
import { createRegistryClient, openImageStore } from '../../../lib/oci/index.ts';
import type { Login } from '../credentials.ts';
import type { DataDir } from '../data-dir.ts';
import { safeRepositoryUrl } from '../repository-url.ts';
import { demoRepository, exampleDir, pushDemoRepository } from './demo-repository.ts';

export interface DemoPorts {
  readonly dir: DataDir;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly credentials: Credentials;
  readonly environment: Environment;
  readonly ports: Readonly<Record<'git' | 'registry', number>>;
  readonly gitLogin: Login;
  readonly progress: (text: string) => void;
}

/**
 * Makes the demo, once: builds and pushes the two functions, then pushes the repository that releases
 * them. Writes `DIR/demo-url`, the repository's URL with its password, for `git clone`.
 */
export async function setUpDemo(demo: DemoPorts): Promise<void> {
  const git = `http://localhost:${demo.ports.git}`;
  const registry = `localhost:${demo.ports.registry}`;
  const url = safeRepositoryUrl(git, demoRepository);
  await demo.dir.write('demo-url', `${withLogin(url, demo.gitLogin)}\n`, true);
  const mirror = openMirror({ ...demo, url, dir: demo.dir.file('demo', 'mirror') });
  try {
    await mirror.fetch();
    if ((await mirror.head('master')) !== undefined) return;
    demo.progress('building the demo functions');
    await buildFunctions(demo, registry);
    demo.progress('pushing the demo repository');
    await pushDemoRepository(mirror, { registry, git });
  } finally {
    await mirror.close();
  }
}

function withLogin(url: string, { username, password }: Login): string {
  const full = new URL(url);
  full.username = username;
  full.password = password.reveal();
  return full.href;
}

async function buildFunctions(demo: DemoPorts, registry: string): Promise<void> {
  const { dir, clock, log, signal, environment } = demo;
  // The builder lays its context out beside the sources, which may stand in a folder that is not ours to write to.
  const projectDir = dir.file('demo', 'functions');
  await cp(path.join(exampleDir, 'functions'), projectDir, { recursive: true });
  const text = await readFile(path.join(projectDir, 'stack.yml'), 'utf8');
  const stack = parseStack(text, { variables: { REGISTRY: registry } });
  const store = openImageStore({ dir: dir.file('demo', 'images') });
  const client = createRegistryClient({ insecureHosts: [registry], clock });
  for (const { name, image, lang, handler } of stack.functions) {
    const how = { name, image, lang, handler, projectDir, store, clock, log, signal, environment };
    await buildFunction(how);
    await pushFunction({ image, store, client });
  }
}
