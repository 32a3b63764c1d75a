/**
 * The roles and bindings that a server makes at its first start, each rule as one line:
 * `verbs group,… resources [names]`, or `verbs paths`. `core` is the group without a name; `read`,
 * `write` and `all` stand for the usual verbs. Source: what a 1.33 server has right after its start,
 * without the roles of the parts of its controller.
 */
export const defaultClusterRoles: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['* * *', '* *'],
  'system:aggregate-to-admin': [
    'create authorization.k8s.io localsubjectaccessreviews',
    'all rbac.authorization.k8s.io rolebindings,roles',
  ],
  'system:aggregate-to-edit': [
    'read core pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy',
    'impersonate core serviceaccounts',
    'write core pods,pods/attach,pods/exec,pods/portforward,pods/proxy',
    'create core pods/eviction',
    'write core configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy',
    'create core serviceaccounts/token',
    'write apps daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale',
    'write autoscaling horizontalpodautoscalers',
    'write batch cronjobs,jobs',
    'write extensions daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale',
    'write policy poddisruptionbudgets',
    'write networking.k8s.io ingresses,networkpolicies',
    'all coordination.k8s.io leases',
  ],
  'system:aggregate-to-view': [
    'read core configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status',
    'read core bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status',
    'read core namespaces',
    'read discovery.k8s.io endpointslices',
    'read apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status',
    'read autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status',
    'read batch cronjobs,cronjobs/status,jobs,jobs/status',
    'read extensions daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale',
    'read policy poddisruptionbudgets,poddisruptionbudgets/status',
    'read networking.k8s.io ingresses,ingresses/status,networkpolicies',
  ],
  'system:auth-delegator': [
    'create authentication.k8s.io tokenreviews',
    'create authorization.k8s.io subjectaccessreviews',
  ],
  'system:basic-user': [
    'create authorization.k8s.io selfsubjectaccessreviews,selfsubjectrulesreviews',
    'create authentication.k8s.io selfsubjectreviews',
  ],
  'system:certificates.k8s.io:certificatesigningrequests:nodeclient': [
    'create certificates.k8s.io certificatesigningrequests/nodeclient',
  ],
  'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient': [
    'create certificates.k8s.io certificatesigningrequests/selfnodeclient',
  ],
  'system:certificates.k8s.io:kube-apiserver-client-approver': [
    'approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client',
  ],
  'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver': [
    'approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client-kubelet',
  ],
  'system:certificates.k8s.io:kubelet-serving-approver': [
    'approve certificates.k8s.io signers kubernetes.io/kubelet-serving',
  ],
  'system:certificates.k8s.io:legacy-unknown-approver': [
    'approve certificates.k8s.io signers kubernetes.io/legacy-unknown',
  ],
  'system:discovery': [
    'get /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/',
  ],
  'system:heapster': ['read core events,namespaces,nodes,pods', 'read extensions deployments'],
  'system:kube-aggregator': ['read core endpoints,services'],
  'system:kube-controller-manager': [
    'create,patch,update core,events.k8s.io events',
    'create coordination.k8s.io leases',
    'get,update coordination.k8s.io leases kube-controller-manager',
    'create core secrets,serviceaccounts',
    'delete core secrets',
    'get core configmaps,namespaces,secrets,serviceaccounts',
    'update core secrets,serviceaccounts',
    'create authentication.k8s.io tokenreviews',
    'create authorization.k8s.io subjectaccessreviews',
    'list,watch * *',
    'create core serviceaccounts/token',
  ],
  'system:kube-dns': ['list,watch core endpoints,services'],
  'system:kube-scheduler': [
    'create,patch,update core,events.k8s.io events',
    'create coordination.k8s.io leases',
    'get,list,update,watch coordination.k8s.io leases kube-scheduler',
    'all coordination.k8s.io leasecandidates',
    'read core nodes',
    'delete,get,list,watch core pods',
    'create core bindings,pods/binding',
    'patch,update core pods/status',
    'read core replicationcontrollers,services',
    'read apps,extensions replicasets',
    'read apps statefulsets',
    'read policy poddisruptionbudgets',
    'read core persistentvolumeclaims,persistentvolumes',
    'create authentication.k8s.io tokenreviews',
    'create authorization.k8s.io subjectaccessreviews',
    'read storage.k8s.io csinodes',
    'read storage.k8s.io volumeattachments',
    'read core namespaces',
    'read storage.k8s.io csidrivers',
    'read storage.k8s.io csistoragecapacities',
  ],
  'system:kubelet-api-admin': [
    'read core nodes',
    'proxy core nodes',
    '* core nodes/log,nodes/metrics,nodes/proxy,nodes/stats',
    '* core nodes/configz,nodes/healthz,nodes/pods',
  ],
  'system:monitoring': [
    'get /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*',
  ],
  'system:node': [
    'create authentication.k8s.io tokenreviews',
    'create authorization.k8s.io localsubjectaccessreviews,subjectaccessreviews',
    'read core services',
    'create,get,list,watch core nodes',
    'patch,update core nodes/status',
    'patch,update core nodes',
    'create,patch,update core events',
    'read core pods',
    'create,delete core pods',
    'patch,update core pods/status',
    'create core pods/eviction',
    'read core configmaps,secrets',
    'get core persistentvolumeclaims,persistentvolumes',
    'get core endpoints',
    'create,get,list,watch certificates.k8s.io certificatesigningrequests',
    'create,delete,get,patch,update coordination.k8s.io leases',
    'get storage.k8s.io volumeattachments',
    'create core serviceaccounts/token',
    'get,patch,update core persistentvolumeclaims/status',
    'read storage.k8s.io csidrivers',
    'create,delete,get,patch,update storage.k8s.io csinodes',
    'read node.k8s.io runtimeclasses',
  ],
  'system:node-bootstrapper': [
    'create,get,list,watch certificates.k8s.io certificatesigningrequests',
  ],
  'system:node-problem-detector': [
    'get core nodes',
    'patch core nodes/status',
    'create,patch,update core,events.k8s.io events',
  ],
  'system:node-proxier': [
    'list,watch core endpoints,services',
    'read core nodes',
    'create,patch,update core,events.k8s.io events',
    'list,watch networking.k8s.io servicecidrs',
    'list,watch discovery.k8s.io endpointslices',
  ],
  'system:persistent-volume-provisioner': [
    'create,delete,get,list,watch core persistentvolumes',
    'get,list,update,watch core persistentvolumeclaims',
    'read storage.k8s.io storageclasses',
    'watch core events',
    'create,patch,update core,events.k8s.io events',
  ],
  'system:public-info-viewer': ['get /healthz,/livez,/readyz,/version,/version/'],
  'system:service-account-issuer-discovery': [
    'get /.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/',
  ],
  'system:volume-scheduler': [
    'get,list,patch,update,watch core persistentvolumes',
    'read storage.k8s.io storageclasses',
    'get,list,patch,update,watch core persistentvolumeclaims',
  ],
};

/** By `namespace/name`. */
export const defaultRoles: Readonly<Record<string, readonly string[]>> = {
  'kube-public/system:controller:bootstrap-signer': [
    'read core configmaps',
    'update core configmaps cluster-info',
    'create,patch,update core,events.k8s.io events',
  ],
  'kube-system/extension-apiserver-authentication-reader': [
    'read core configmaps extension-apiserver-authentication',
  ],
  'kube-system/system::leader-locking-kube-controller-manager': [
    'watch core configmaps',
    'get,update core configmaps kube-controller-manager',
    'create,get,list,update,watch coordination.k8s.io leases',
    'create,get,list,update,watch coordination.k8s.io leasecandidates',
  ],
  'kube-system/system::leader-locking-kube-scheduler': [
    'watch core configmaps',
    'get,update core configmaps kube-scheduler',
    'create,get,list,update,watch coordination.k8s.io leases',
    'create,get,list,update,watch coordination.k8s.io leasecandidates',
  ],
  'kube-system/system:controller:bootstrap-signer': ['read core secrets'],
  'kube-system/system:controller:cloud-provider': ['create,get,list,watch core configmaps'],
  'kube-system/system:controller:token-cleaner': [
    'delete,get,list,watch core secrets',
    'create,patch,update core,events.k8s.io events',
  ],
};

/** A binding, cluster-wide or (`namespace/name`) of a Role; to the role of its own name unless another is told. */
export interface DefaultBinding {
  readonly name: string;
  readonly role?: string;
  /** `Group g`, `User u`, `ServiceAccount namespace/name`. */
  readonly to: readonly string[];
}

export const defaultBindings: readonly DefaultBinding[] = [
  { name: 'cluster-admin', to: ['Group system:masters'] },
  { name: 'system:basic-user', to: ['Group system:authenticated'] },
  { name: 'system:discovery', to: ['Group system:authenticated'] },
  { name: 'system:kube-controller-manager', to: ['User system:kube-controller-manager'] },
  { name: 'system:kube-dns', to: ['ServiceAccount kube-system/kube-dns'] },
  { name: 'system:kube-scheduler', to: ['User system:kube-scheduler'] },
  { name: 'system:monitoring', to: ['Group system:monitoring'] },
  { name: 'system:node', to: [] },
  { name: 'system:node-proxier', to: ['User system:kube-proxy'] },
  {
    name: 'system:public-info-viewer',
    to: ['Group system:authenticated', 'Group system:unauthenticated'],
  },
  { name: 'system:service-account-issuer-discovery', to: ['Group system:serviceaccounts'] },
  { name: 'system:volume-scheduler', to: ['User system:kube-scheduler'] },
  {
    name: 'kube-public/system:controller:bootstrap-signer',
    to: ['ServiceAccount kube-system/bootstrap-signer'],
  },
  {
    name: 'kube-system/system::extension-apiserver-authentication-reader',
    role: 'extension-apiserver-authentication-reader',
    to: ['User system:kube-controller-manager', 'User system:kube-scheduler'],
  },
  {
    name: 'kube-system/system::leader-locking-kube-controller-manager',
    to: [
      'User system:kube-controller-manager',
      'ServiceAccount kube-system/kube-controller-manager',
      'ServiceAccount kube-system/leader-election-controller',
    ],
  },
  {
    name: 'kube-system/system::leader-locking-kube-scheduler',
    to: ['User system:kube-scheduler', 'ServiceAccount kube-system/kube-scheduler'],
  },
  {
    name: 'kube-system/system:controller:bootstrap-signer',
    to: ['ServiceAccount kube-system/bootstrap-signer'],
  },
  {
    name: 'kube-system/system:controller:cloud-provider',
    to: ['ServiceAccount kube-system/cloud-provider'],
  },
  {
    name: 'kube-system/system:controller:token-cleaner',
    to: ['ServiceAccount kube-system/token-cleaner'],
  },
];
