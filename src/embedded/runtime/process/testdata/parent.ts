// Stands for the platform: starts a process that waits and one that never comes back to its event loop.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger, systemClock } from '../../../../base/index.ts';
import { processDriver } from '../process-driver.ts';

const dir = join(process.argv[2] ?? '', 'parent');
const root = join(dir, 'root');
mkdirSync(root, { recursive: true });
writeFileSync(join(root, 'calm.mjs'), 'console.log("up"); setInterval(() => {}, 1000);');
writeFileSync(join(root, 'busy.mjs'), 'console.log("up"); for (;;);');
const driver = processDriver({ dataDir: dir, clock: systemClock, log: silentLogger });
const start = async (name: string): Promise<number> => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'demo', uid: name },
    spec: { containers: [] },
  };
  const sandbox = await driver.openSandbox(pod, { podIP: undefined });
  const up = Promise.withResolvers<void>();
  const running = await sandbox.start({
    spec: { name, image: 'none' },
    image: {
      id: '',
      cached: true,
      root,
      recipe: { command: ['node', `${name}.mjs`], workdir: '' },
      env: [],
    } as never,
    env: {},
    mounts: [],
    attempt: 0,
    log: () => up.resolve(),
  });
  await up.promise;
  return Number(running.id.split('-').at(-1));
};
const [calm, busy] = await Promise.all([start('calm'), start('busy')]);
process.stdout.write(`${JSON.stringify({ calm, busy })}\n`);
