import type { KubeObject } from '../../../base/index.ts';
import { recordAt, recordsAt } from '../records.ts';

const host = 'kubernetes.io/hostname';
const zone = 'topology.kubernetes.io/zone';

/** v1beta1 names node and zone in `topology`. */
export function sliceToV1(slice: KubeObject): KubeObject {
  for (const endpoint of recordsAt(slice, 'endpoints')) {
    const { [host]: nodeName, [zone]: zoneName, ...others } = recordAt(endpoint, 'topology');
    delete endpoint['topology'];
    if (nodeName !== undefined) endpoint['nodeName'] ??= nodeName;
    if (zoneName !== undefined) endpoint['zone'] = zoneName;
    if (Object.keys(others).length > 0) endpoint['deprecatedTopology'] = others;
  }
  return slice;
}

export function sliceFromV1(slice: KubeObject): KubeObject {
  for (const endpoint of recordsAt(slice, 'endpoints')) {
    const topology = {
      ...recordAt(endpoint, 'deprecatedTopology'),
      ...(endpoint['nodeName'] === undefined ? {} : { [host]: endpoint['nodeName'] }),
      ...(endpoint['zone'] === undefined ? {} : { [zone]: endpoint['zone'] }),
    };
    delete endpoint['deprecatedTopology'];
    delete endpoint['zone'];
    if (Object.keys(topology).length > 0) endpoint['topology'] = topology;
  }
  return slice;
}
