import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../programs.ts';
import { startKubeBench, type KubeBench } from './bench.ts';

// Helm itself takes public charts through their life on the embedded cluster, waiting for them each time.

const corpus =
  process.env['TRICE_CORPUS'] ??
  path.resolve(import.meta.dirname, '../../../../shared/corpus/helm');
const helm = findProgram('helm');
const isHere = helm !== undefined && existsSync(path.join(corpus, 'charts', 'index.json'));

/** A chart, and the value that its upgrade changes. */
const charts = [
  ['charts__stable__chartmuseum', 'replicaCount=2'],
  ['charts__stable__karma', 'replicaCount=2'],
  ['charts__stable__nginx-ingress', 'controller.replicaCount=2'],
  ['charts__stable__sealed-secrets', 'commandArgs[0]=--v=2'],
  ['prom__charts__alertmanager', 'replicaCount=2'],
  ['prom__charts__prom-label-proxy', 'replicaCount=2'],
  ['prom__charts__prometheus-json-exporter', 'replicaCount=2'],
  ['prom__charts__prometheus-memcached-exporter', 'replicaCount=2'],
  ['prom__charts__prometheus-node-exporter', 'revisionHistoryLimit=3'],
  ['prom__charts__prometheus-redis-exporter', 'replicaCount=2'],
] as const;

const title = helm === undefined ? 'helm is not on the PATH' : 'helm, where its corpus is';

describe(title, () => {
  let bench: KubeBench;
  beforeAll(async () => {
    if (isHere) bench = await startKubeBench();
  });
  afterAll(async () => {
    if (isHere) await bench.close();
  });

  it.skipIf(!isHere).concurrent.each(charts)(
    '%s is installed, upgraded, rolled back, uninstalled',
    async (chart, value) => {
      const namespace = chart.replaceAll('_', '-').replaceAll('--', '-');
      const run = async (...args: string[]): Promise<string> => {
        const { code, out, err } = await bench.run(helm!, ['--namespace', namespace, ...args]);
        expect({ args, code, err: code === 0 ? '' : err }).toEqual({ args, code: 0, err: '' });
        return out;
      };
      const wait = ['--wait', '--timeout', '120s'];
      const folder = path.join(corpus, 'charts', chart, 'chart');
      await run('install', 'r', folder, '--create-namespace', ...wait);
      await run('upgrade', 'r', folder, '--set', value, ...wait);
      await run('rollback', 'r', '1', ...wait);
      const history = JSON.parse(await run('history', 'r', '-o', 'json')) as { status: string }[];
      expect(history.map(({ status }) => status)).toEqual(['superseded', 'superseded', 'deployed']);
      await run('uninstall', 'r', ...wait);
      expect(await run('list', '--all', '--short')).toBe('');
      const left = await bench.server.transport(
        new Request(`http://local/apis/apps/v1/namespaces/${namespace}/deployments`),
      );
      expect(await left.json()).toMatchObject({ items: [] });
    },
    300_000,
  );
});
