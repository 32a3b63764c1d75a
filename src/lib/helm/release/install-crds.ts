import { KnownError } from '../../../base/index.ts';
import type { Chart } from '../chart/chart.ts';
import { nodeOf } from '../chart/node.ts';
import { crdsOf } from '../render/render.ts';
import { buildObjects } from './objects.ts';
import type { ReleaseObject } from './objects.ts';
import type { ActionPorts } from './ports.ts';
import { naming } from './several-errors.ts';
import { waitReady } from './wait.ts';

const timeoutMs = 60_000;

/**
 * Applies the `crds/` folder as it stands; what is there already stays untouched. `before` is called
 * when there is something to apply, and may still say no.
 */
export async function installCrds(
  ports: ActionPorts,
  chart: Chart,
  before: () => Promise<void>,
): Promise<void> {
  const created: ReleaseObject[] = [];
  const crds = crdsOf(nodeOf(chart));
  if (crds.length > 0) await before();
  for (const crd of crds) {
    const entries = await naming(`failed to install CRD ${crd.name}`, () =>
      buildObjects(ports.cluster, Buffer.from(crd.data).toString('utf8'), {
        namespace: 'default',
        from: crd.filename,
      }),
    );
    for (const entry of entries) {
      if (await createMissing(ports, entry)) created.push(entry);
    }
  }
  if (created.length === 0) return;
  await waitReady(ports, created, { timeoutMs });
  await ports.cluster.resources(true);
}

/** False when it was there already. */
async function createMissing(
  ports: ActionPorts,
  { object, resource }: ReleaseObject,
): Promise<boolean> {
  try {
    await ports.cluster.create(resource, object, { fieldManager: 'helm' });
    return true;
  } catch (thrown) {
    if (thrown instanceof KnownError && thrown.code === 'exists') return false;
    throw thrown;
  }
}
