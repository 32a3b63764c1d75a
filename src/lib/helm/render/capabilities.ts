import { KnownError } from '../../../base/index.ts';
import { goQuote } from '../../gotemplate/index.ts';
import type { Cluster } from '../../kube/index.ts';

/** What `.Capabilities` tells a chart. */
export interface Capabilities {
  readonly kubeVersion: KubeVersion;
  /** `group/version`, and with a cluster also `group/version/Kind`. */
  readonly apiVersions: readonly string[];
}

/** A Kubernetes version; `version` is `v1.36.0`. */
export interface KubeVersion {
  readonly version: string;
  readonly major: string;
  readonly minor: string;
}

/** The Helm whose behaviour this is. */
export const helmVersion: string = 'v3.21.4';

/** Go's word for what built it; charts can print it, nothing reads it. */
export const helmGoVersion: string = 'go1.26.1';

/** In the order in which Helm's client library registers them, which shows when a chart prints them. */
const offline: Readonly<Record<string, string>> = {
  '': 'v1',
  'admissionregistration.k8s.io': 'v1,v1alpha1,v1beta1',
  'internal.apiserver.k8s.io': 'v1alpha1',
  apps: 'v1,v1beta1,v1beta2',
  'authentication.k8s.io': 'v1,v1alpha1,v1beta1',
  'authorization.k8s.io': 'v1,v1beta1',
  autoscaling: 'v1,v2',
  batch: 'v1,v1beta1',
  'certificates.k8s.io': 'v1,v1beta1,v1alpha1',
  'coordination.k8s.io': 'v1alpha2,v1beta1,v1',
  'discovery.k8s.io': 'v1,v1beta1',
  'events.k8s.io': 'v1,v1beta1',
  extensions: 'v1beta1',
  'flowcontrol.apiserver.k8s.io': 'v1,v1beta1,v1beta2,v1beta3',
  'networking.k8s.io': 'v1,v1beta1',
  'node.k8s.io': 'v1,v1alpha1,v1beta1',
  policy: 'v1,v1beta1',
  'rbac.authorization.k8s.io': 'v1,v1beta1,v1alpha1',
  'resource.k8s.io': 'v1,v1beta2,v1beta1,v1alpha3',
  'scheduling.k8s.io': 'v1alpha2,v1beta1,v1',
  'storage.k8s.io': 'v1beta1,v1,v1alpha1',
  'storagemigration.k8s.io': 'v1beta1',
  'apiextensions.k8s.io': 'v1beta1,v1',
};

/** What Helm assumes when it has no cluster: the versions its client library knows. */
export const defaultCapabilities: Capabilities = {
  kubeVersion: { version: 'v1.36.0', major: '1', minor: '36' },
  apiVersions: Object.entries(offline).flatMap(([group, versions]) =>
    versions.split(',').map((version) => (group === '' ? version : `${group}/${version}`)),
  ),
};

/**
 * Reads `1.29`, `v1.29.3` or `v1.29.3-gke.1`: two or more numbers, and whatever comes after them is
 * dropped (apimachinery's ParseGeneric). Throws its texts.
 */
export function parseKubeVersion(text: string): KubeVersion {
  const numbers = /^\s*v?(\d+(?:\.\d+)*)/.exec(text)?.[1];
  if (numbers === undefined) throw faultyVersion(`could not parse ${goQuote(text)} as version`);
  const parts = numbers.split('.');
  if (parts.length < 2) throw faultyVersion(`illegal version string ${goQuote(text)}`);
  const [first = ''] = parts;
  if (first.startsWith('0') && first !== '0') {
    const component = `illegal zero-prefixed version component ${goQuote(first)}`;
    throw faultyVersion(`${component} in ${goQuote(text)}`);
  }
  const [major = '', minor = '', ...more] = parts.map((part) => String(BigInt(part)));
  return { version: `v${[major, minor, ...more].join('.')}`, major, minor };
}

function faultyVersion(message: string): KnownError {
  return new KnownError('invalid', message);
}

/** What a cluster serves, from its discovery. */
export async function clusterCapabilities(cluster: Cluster): Promise<Capabilities> {
  const [version, resources] = await Promise.all([cluster.version(), cluster.resources()]);
  const found = new Set<string>();
  for (const { apiVersion, kind, plural } of resources) {
    found.add(apiVersion);
    if (!plural.includes('/')) found.add(`${apiVersion}/${kind}`);
  }
  return {
    kubeVersion: {
      version: version.gitVersion,
      major: version.major,
      minor: version.minor,
    },
    apiVersions: [...found],
  };
}
