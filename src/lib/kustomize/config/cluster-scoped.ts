/**
 * The kinds that kustomize 5.5 knows to have no namespace (`apiVersion kind`); it takes every other
 * kind for namespaced. It carries the kinds of Kubernetes 1.21 and some beta versions before it.
 */
export const clusterScopedKinds: ReadonlySet<string> = new Set(
  Object.entries({
    'admissionregistration.k8s.io': {
      'v1 v1beta1': 'MutatingWebhookConfiguration ValidatingWebhookConfiguration',
      v1: 'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding',
    },
    'apiextensions.k8s.io': { 'v1 v1beta1': 'CustomResourceDefinition' },
    'apiregistration.k8s.io': { 'v1 v1beta1': 'APIService' },
    'certificates.k8s.io': { 'v1 v1beta1': 'CertificateSigningRequest' },
    'flowcontrol.apiserver.k8s.io': { v1beta1: 'FlowSchema PriorityLevelConfiguration' },
    'networking.k8s.io': { 'v1 v1beta1': 'IngressClass' },
    'node.k8s.io': { 'v1 v1beta1': 'RuntimeClass' },
    policy: { v1beta1: 'PodSecurityPolicy' },
    'rbac.authorization.k8s.io': { 'v1 v1beta1': 'ClusterRole ClusterRoleBinding' },
    'scheduling.k8s.io': { 'v1 v1beta1': 'PriorityClass' },
    'storage.k8s.io': {
      'v1 v1beta1': 'CSIDriver CSINode StorageClass VolumeAttachment',
    },
    '': { v1: 'ComponentStatus Namespace Node NodeProxyOptions PersistentVolume' },
  }).flatMap(([group, versions]) =>
    Object.entries(versions).flatMap(([names, kinds]) =>
      names
        .split(' ')
        .flatMap((version) =>
          kinds.split(' ').map((kind) => `${group === '' ? '' : `${group}/`}${version} ${kind}`),
        ),
    ),
  ),
);
