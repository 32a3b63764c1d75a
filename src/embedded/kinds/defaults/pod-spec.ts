import type { JsonRecord } from '../../../base/index.ts';
import { ensureRecord, fill, recordAt, recordsAt, textAt, valueAt } from '../records.ts';

/** What differs between a Pod and the templates of other kinds. */
export interface PodSpecHow {
  /** Templates of Jobs have no default. */
  readonly restartPolicy?: boolean;
  /** A Pod itself also gets requests from its limits, and host ports. */
  readonly isPod?: boolean;
}

/** Fills a pod's or template's spec, in place. */
export function defaultPodSpec(spec: JsonRecord, how: PodSpecHow = {}): void {
  if (how.restartPolicy !== false) fill(spec, { restartPolicy: 'Always' });
  fill(spec, {
    dnsPolicy: 'ClusterFirst',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  if (textAt(spec, 'serviceAccountName') !== '') {
    fill(spec, { serviceAccount: spec['serviceAccountName'] });
  } else if (textAt(spec, 'serviceAccount') !== '') {
    fill(spec, { serviceAccountName: spec['serviceAccount'] });
  }
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
    for (const container of recordsAt(spec, list)) {
      defaultContainer(container);
      if (how.isPod === true) defaultPodContainer(container, spec);
    }
  }
  for (const volume of recordsAt(spec, 'volumes')) defaultVolume(volume);
  for (const spread of recordsAt(spec, 'topologySpreadConstraints')) {
    fill(spread, { whenUnsatisfiable: 'DoNotSchedule' });
  }
}

function defaultContainer(container: JsonRecord): void {
  fill(container, {
    imagePullPolicy: pullPolicy(textAt(container, 'image')),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {},
  });
  for (const port of recordsAt(container, 'ports')) {
    fill(port, { protocol: 'TCP' });
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (container[probe] !== undefined) defaultProbe(recordAt(container, probe));
  }
  for (const hook of ['postStart', 'preStop']) {
    defaultHttpGet(recordAt(container, 'lifecycle', hook));
  }
  for (const env of recordsAt(container, 'env')) defaultFieldRef(recordAt(env, 'valueFrom'));
}

function defaultPodContainer(container: JsonRecord, spec: JsonRecord): void {
  defaultRequests(recordAt(container, 'resources'));
  if (spec['hostNetwork'] !== true) return;
  for (const port of recordsAt(container, 'ports')) {
    fill(port, { hostPort: port['containerPort'] });
  }
}

/** Always for the tag latest or none; a digest pins the image. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: JsonRecord): void {
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  for (const name of ['timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold']) {
    if (probe[name] === 0) delete probe[name];
  }
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  defaultHttpGet(probe);
  if (probe['grpc'] !== undefined) {
    const grpc = recordAt(probe, 'grpc');
    grpc['service'] ??= '';
  }
}

function defaultHttpGet(handler: JsonRecord): void {
  if (handler['httpGet'] !== undefined) {
    fill(recordAt(handler, 'httpGet'), { path: '/', scheme: 'HTTP' });
  }
}

/** What is limited and not requested is requested in the same amount. */
function defaultRequests(resources: JsonRecord): void {
  const limits = Object.entries(recordAt(resources, 'limits'));
  if (limits.length === 0) return;
  const requests = ensureRecord(resources, 'requests');
  for (const [name, amount] of limits) requests[name] ??= amount;
}

function defaultFieldRef(source: JsonRecord): void {
  if (source['fieldRef'] !== undefined) fill(recordAt(source, 'fieldRef'), { apiVersion: 'v1' });
  if (source['resourceFieldRef'] !== undefined) {
    fill(recordAt(source, 'resourceFieldRef'), { divisor: '0' });
  }
}

const withMode = ['secret', 'configMap', 'projected', 'downwardAPI'];

function defaultVolume(volume: JsonRecord): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume['emptyDir'] = {};
  for (const kind of withMode) {
    const source = volume[kind];
    if (source !== undefined) recordAt(volume, kind)['defaultMode'] ??= 420;
  }
  if (volume['hostPath'] !== undefined) recordAt(volume, 'hostPath')['type'] ??= '';
  for (const item of recordsAt(volume, 'downwardAPI', 'items')) defaultFieldRef(item);
  for (const source of recordsAt(volume, 'projected', 'sources')) {
    if (source['serviceAccountToken'] !== undefined) {
      fill(recordAt(source, 'serviceAccountToken'), { expirationSeconds: 3600 });
    }
    for (const item of recordsAt(source, 'downwardAPI', 'items')) defaultFieldRef(item);
  }
  const template = valueAt(volume, 'ephemeral', 'volumeClaimTemplate', 'spec');
  if (template !== undefined) fill(template as JsonRecord, { volumeMode: 'Filesystem' });
  defaultOldVolume(volume);
}

/** Volume plug-ins whose own types carry defaults. */
const oldVolumes: Readonly<Record<string, JsonRecord>> = {
  iscsi: { iscsiInterface: 'default' },
  rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  azureDisk: { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false },
  scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
};

/** Also used for persistent volumes, whose sources have the same defaults. */
export function defaultOldVolume(volume: JsonRecord): void {
  for (const [kind, defaults] of Object.entries(oldVolumes)) {
    if (volume[kind] !== undefined) fill(recordAt(volume, kind), defaults);
  }
}
