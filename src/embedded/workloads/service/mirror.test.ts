import { afterAll, beforeAll, expect, it } from 'vitest';
import { kinds } from '../../../lib/kube/index.ts';
import { shapes } from '../objects.ts';
import { openBench, type Bench } from '../testing/bench.contract.ts';

let bench: Bench;
beforeAll(async () => (bench = await openBench()));
afterAll(() => bench.close());

it('endpoints by hand are slices too, with their labels, until they say that they are not to be', async () => {
  const ports = [{ port: 80 }];
  await bench.create(
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'far' }, spec: { ports } },
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'far', labels: { own: 'label' } },
      subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports }],
    },
  );
  const [slice] = await bench.untilList(shapes.EndpointSlice, (all) => all.length === 1);
  expect(slice).toMatchObject({
    metadata: {
      labels: {
        own: 'label',
        'kubernetes.io/service-name': 'far',
        'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
      },
    },
    endpoints: [{ addresses: ['10.1.2.3'] }],
  });
  const labels = { 'endpointslice.kubernetes.io/skip-mirror': 'true' };
  await bench.patch(kinds.Endpoints, 'far', { metadata: { labels } });
  await bench.untilList(shapes.EndpointSlice, (all) => all.length === 0);
});
