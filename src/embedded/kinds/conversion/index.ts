import type { KubeObject } from '../../../base/index.ts';
import { resourceOf } from '../registry/registry.ts';
import { autoscalerToV2, autoscalerFromV2 } from './autoscaler.ts';
import { crdFromV1, crdToV1 } from './crd.ts';
import { eventFromCore, eventToCore } from './event.ts';
import { ingressFromV1, ingressToV1 } from './ingress.ts';
import { workloadFromV1, workloadToV1 } from './workloads.ts';
import { sliceFromV1, sliceToV1 } from './endpoint-slice.ts';

/** To and from the stored version. `from` is handed the wanted apiVersion. */
interface Conversion {
  readonly toStored: (object: KubeObject) => KubeObject;
  readonly fromStored: (object: KubeObject, apiVersion: string) => KubeObject;
}

const workload: Conversion = { toStored: workloadToV1, fromStored: workloadFromV1 };

const conversions: Readonly<Record<string, Conversion>> = {
  DaemonSet: workload,
  Deployment: workload,
  Ingress: { toStored: ingressToV1, fromStored: ingressFromV1 },
  HorizontalPodAutoscaler: { toStored: autoscalerToV2, fromStored: autoscalerFromV2 },
  Event: { toStored: eventToCore, fromStored: eventFromCore },
  EndpointSlice: { toStored: sliceToV1, fromStored: sliceFromV1 },
  CustomResourceDefinition: { toStored: crdToV1, fromStored: crdFromV1 },
};

/**
 * The object in another version of its kind. Built-ins only; kinds without an entry differ in name
 * only. Returns a new object (or the same one when the version is the wanted one already); a kind that
 * is not built in only has its apiVersion changed.
 */
export function convert(object: KubeObject, apiVersion: string): KubeObject {
  if (object.apiVersion === apiVersion) return object;
  const conversion = conversions[object.kind];
  if (conversion === undefined) return { ...object, apiVersion };
  const stored = resourceOf(object.apiVersion, object.kind)?.storageVersion ?? apiVersion;
  const copy = structuredClone(object);
  const kept = object.apiVersion === stored ? copy : conversion.toStored(copy);
  kept.apiVersion = stored;
  if (stored === apiVersion) return kept;
  return { ...conversion.fromStored(kept, apiVersion), apiVersion };
}
