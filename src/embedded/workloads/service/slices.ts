import type { Key } from '../../../base/index.ts';
import { controlledBy } from '../claim.ts';
import type { LoopPorts } from '../loop-ports.ts';
import type { EndpointSlice, Service } from '../objects.ts';
import { stableText } from '../template-hash.ts';
import type { SliceContent } from './decide-endpoints.ts';

const serviceName = 'kubernetes.io/service-name';
const managedBy = 'endpointslice.kubernetes.io/managed-by';

export interface SlicesToWrite {
  /** The service's key. */
  readonly at: Key;
  /** Absent: it is gone. */
  readonly service?: Service;
  readonly manager: string;
  /** Labels of the slices besides those that say whose they are. */
  readonly labels: Readonly<Record<string, string>>;
  readonly wanted: readonly SliceContent[];
}

/** Makes the slices of one service and one manager what is wanted, reusing those that are there. */
export async function writeSlices(ports: LoopPorts, asked: SlicesToWrite): Promise<void> {
  const { cluster, stores } = ports;
  const { at, manager, wanted } = asked;
  const present = stores.slices
    .list(at.namespace)
    .filter((each) => each.metadata.labels?.[serviceName] === at.name)
    .filter((each) => each.metadata.labels?.[managedBy] === manager)
    .filter((each) => each.metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const [index, content] of wanted.entries())
    await writeSlice(ports, asked, content, present[index]);
  for (const slice of present.slice(wanted.length)) {
    await cluster.delete(stores.slices.kind, slice.metadata);
    stores.slices.deleted(slice, false);
  }
}

async function writeSlice(
  { cluster, stores }: LoopPorts,
  { at, service, manager, labels: given }: SlicesToWrite,
  content: SliceContent,
  live: EndpointSlice | undefined,
): Promise<void> {
  const { name, namespace = '' } = at;
  const labels = { ...given, [serviceName]: name, [managedBy]: manager };
  const owners = service === undefined ? {} : { ownerReferences: [controlledBy(service)] };
  if (live === undefined) {
    const metadata = { generateName: `${name}-`, namespace, labels, ...owners };
    const fresh = {
      apiVersion: stores.slices.kind.apiVersion,
      kind: 'EndpointSlice',
      // The API server makes the name from the prefix.
      metadata: metadata as unknown as EndpointSlice['metadata'],
      addressType: 'IPv4',
      ...content,
    };
    stores.slices.wrote(await cluster.create(stores.slices.kind, fresh));
    return;
  }
  const isSame =
    stableText([live.endpoints, live.ports, live.metadata.labels]) ===
    stableText([content.endpoints, content.ports, labels]);
  if (isSame) return;
  const metadata = { ...live.metadata, labels };
  stores.slices.wrote(await cluster.replace(stores.slices.kind, { ...live, ...content, metadata }));
}
