import type { AdmissionRequest } from './admission.ts';

/** Tells whoever writes a definition with rules in CEL that those are kept and not enforced. */
export function uncheckedRules({ call, operation, object }: AdmissionRequest): void {
  if (operation === 'delete' || object?.kind !== 'CustomResourceDefinition') return;
  if (call.resource.group !== 'apiextensions.k8s.io') return;
  if (!JSON.stringify(object['spec']).includes('"x-kubernetes-validations"')) return;
  call.warnings.push(
    'x-kubernetes-validations: these rules are stored and not enforced by this server',
  );
}
