import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Kind, KubeObject } from '../../base/index.ts';
import { kinds } from '../../lib/kube/index.ts';
import { openBench, type Bench } from './testing/bench.contract.ts';
import { servedKinds } from './served-kinds.ts';

let bench: Bench;
beforeAll(async () => (bench = await openBench({ profile: 'legacy' })));
afterAll(() => bench.close());

const served = servedKinds('legacy');
const budgets = served({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  namespaced: true,
} as Kind);
const statusOf = (object: KubeObject | undefined): string =>
  JSON.stringify(object?.['status'] ?? {});

it('loops keep what Kubernetes 1.20 knows in an older version: slices, budgets', async () => {
  const labels = { app: 'web' };
  await bench.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', labels },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'app:1' }] },
  });
  const ports = [{ port: 80 }];
  await bench.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: labels, ports },
  });
  await bench.create({
    apiVersion: budgets.apiVersion,
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { minAvailable: 1, selector: { matchLabels: labels } },
  });
  const slices = served(kinds.EndpointSlice);
  const [slice] = await bench.untilList(slices, (all) => all.length === 1);
  expect(slice).toMatchObject({ apiVersion: 'discovery.k8s.io/v1beta1', addressType: 'IPv4' });
  await bench.until(budgets, 'web', (found) => statusOf(found).includes('"currentHealthy":1'));
});
