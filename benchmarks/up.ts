// How long `trice up --demo` takes to its line `ready`, from a push to a changed object, and how much
// memory it holds when idle.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, kinds, kubeconfigTransport, loadKubeconfig } from '../src/lib/kube/index.ts';
import { startPlatform } from '../test/e2e/platform.ts';
import { createShell } from '../test/e2e/shell.ts';
import { median, type Figure } from './figure.ts';

const pushes = 20;

export async function measure(): Promise<readonly Figure[]> {
  const home = mkdtempSync(path.join(tmpdir(), 'trice-bench-'));
  const data = path.join(home, 'data');
  const shell = createShell(home);
  const first = await timed(() => startPlatform(shell, data));
  await first.result.stop();
  const second = await timed(() => startPlatform(shell, data));
  const platform = second.result;
  try {
    const config = await loadKubeconfig({ files: [platform.up.kubeconfig] });
    const cluster = connect({ transport: kubeconfigTransport(config) });
    const repo = path.join(home, 'repo');
    await shell.run('git', [
      'clone',
      '-q',
      readFileSync(path.join(data, 'demo-url'), 'utf8').trim(),
      repo,
    ]);
    const times: number[] = [];
    for (let round = 0; round < pushes; round += 1) times.push(await onePush(round));
    await new Promise((resolve) => setTimeout(resolve, 20_000));
    return [
      {
        what: 'first start to `ready` (demo built and pushed)',
        value: seconds(first.ms),
        goal: '≤ 5 s, then 3 s',
      },
      { what: 'later start to `ready`', value: seconds(second.ms), goal: '≤ 5 s, then 3 s' },
      {
        what: `push to changed object, median of ${pushes}`,
        value: `${Math.round(median(times))} ms`,
        goal: '≤ 300 ms, then 60 ms',
      },
      {
        what: 'idle memory (resident)',
        value: `${residentMb(platform.up.pid)} MB`,
        goal: '≤ 200 MB, then 150 MB',
      },
    ];

    async function onePush(round: number): Promise<number> {
      const text = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: bench\n  namespace: default\ndata:\n  round: "${round}"\n`;
      writeFileSync(path.join(repo, 'namespaces/bench.yaml'), text);
      await shell.run('git', ['add', '-A'], { cwd: repo });
      await shell.run('git', ['commit', '-q', '-m', `round ${round}`], { cwd: repo });
      const stop = new AbortController();
      const seen = (async () => {
        const { version } = await cluster.list(kinds.ConfigMap, { namespace: 'default' });
        for await (const { object } of cluster.watch(kinds.ConfigMap, {
          namespace: 'default',
          since: version,
          signal: stop.signal,
        })) {
          const changed =
            object.metadata.name === 'bench' &&
            (object['data'] as { round?: string }).round === String(round);
          if (changed) return performance.now();
        }
        throw new Error('the watch ended');
      })();
      await shell.run('git', ['push', '-q', 'origin', 'HEAD:master'], { cwd: repo });
      // From the end of the push, as a person sees it; the change may even be there before the push returns.
      const pushed = performance.now();
      const at = await seen;
      stop.abort();
      return Math.max(0, at - pushed);
    }
  } finally {
    await platform.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly ms: number }> {
  const begin = performance.now();
  const result = await work();
  return { result, ms: performance.now() - begin };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** VmRSS, in megabytes of 10^6 bytes; Linux only. */
function residentMb(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round((Number(kib) * 1024) / 1e6);
}
