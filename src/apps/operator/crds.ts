import { isRecord, KnownError, type Clock, type KubeObject } from '../../base/index.ts';
import { functionCrd } from '../../api/function/index.ts';
import { fluxHelmReleaseCrd, helmReleaseCrd } from '../../api/helm-release/index.ts';
import { sealedSecretCrd } from '../../api/sealed-secret/index.ts';
import { kinds, type Cluster } from '../../lib/kube/index.ts';
import { allFeatures, type FeatureName } from './features.ts';

/**
 * The definitions that we install. The HelmRelease of flux.weave.works/v1beta1 is not among them: its
 * group would come first where a person types `kubectl get helmrelease`. Who has such objects brings
 * their definition, and we read them.
 */
export const crds: readonly KubeObject[] = [
  functionCrd,
  helmReleaseCrd,
  fluxHelmReleaseCrd,
  sealedSecretCrd,
];

const featureOf = new Map<KubeObject, FeatureName>([
  [functionCrd, 'function'],
  [helmReleaseCrd, 'release'],
  [fluxHelmReleaseCrd, 'release'],
  [sealedSecretCrd, 'seal'],
]);

const waitMs = 30_000;
const stepMs = 20;

/**
 * Applies the definitions of these features, taking over fields that another installer owns, and waits until the server
 * has established each. Throws `KnownError('timeout')` that names the one that was not.
 */
export async function applyCrds(
  cluster: Cluster,
  clock: Clock,
  signal: AbortSignal,
  features: ReadonlySet<FeatureName> = allFeatures,
): Promise<void> {
  const kind = kinds.CustomResourceDefinition;
  const wanted = crds.filter((crd) => features.has(featureOf.get(crd)!));
  await Promise.all(
    wanted.map((crd) => cluster.apply(kind, crd, { fieldManager: 'trice', force: true })),
  );
  const end = clock.now().getTime() + waitMs;
  for (const crd of wanted) {
    while (!isEstablished(await cluster.get(kind, crd.metadata))) {
      if (clock.now().getTime() > end) {
        throw new KnownError(
          'timeout',
          `custom resource definition ${crd.metadata.name} was not established within 30 s`,
        );
      }
      await clock.sleep(stepMs, signal);
    }
  }
  await cluster.resources(true);
}

function isEstablished(crd: KubeObject | undefined): boolean {
  const status = crd?.['status'];
  const conditions =
    isRecord(status) && Array.isArray(status['conditions'])
      ? status['conditions'].filter(isRecord)
      : [];
  return conditions.some((each) => each['type'] === 'Established' && each['status'] === 'True');
}
