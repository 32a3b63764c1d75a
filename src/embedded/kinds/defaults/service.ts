import type { KubeObject } from '../../../base/index.ts';
import { ensureRecord, fill, listAt, recordAt, recordsAt, textAt } from '../records.ts';

/** Service, except addresses and node ports: the API server allocates them. */
export function defaultService(object: KubeObject): void {
  const spec = ensureRecord(object, 'spec');
  fill(spec, { type: 'ClusterIP', sessionAffinity: 'None' });
  const type = textAt(spec, 'type');
  const external = type === 'NodePort' || type === 'LoadBalancer';
  for (const port of recordsAt(spec, 'ports')) {
    fill(port, { protocol: 'TCP' });
    if (port['targetPort'] === undefined || port['targetPort'] === 0 || port['targetPort'] === '') {
      port['targetPort'] = port['port'];
    }
  }
  if (spec['sessionAffinity'] === 'ClientIP') {
    const config = ensureRecord(spec, 'sessionAffinityConfig');
    fill(ensureRecord(config, 'clientIP'), { timeoutSeconds: 10800 });
  }
  if (type !== 'ExternalName') defaultFamilies(object);
  if (type !== 'ExternalName') fill(spec, { internalTrafficPolicy: 'Cluster' });
  if (external) fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
}

function defaultFamilies(object: KubeObject): void {
  const spec = recordAt(object, 'spec');
  const given = textAt(spec, 'clusterIP') || String(listAt(spec, 'clusterIPs')[0] ?? '');
  if (given !== '') fill(spec, { clusterIP: given, clusterIPs: [given] });
  const selectorless = Object.keys(recordAt(spec, 'selector')).length === 0;
  const policy = given === 'None' && selectorless ? 'RequireDualStack' : 'SingleStack';
  fill(spec, {
    ipFamilies: policy === 'RequireDualStack' ? ['IPv4', 'IPv6'] : ['IPv4'],
    ipFamilyPolicy: policy,
  });
}
