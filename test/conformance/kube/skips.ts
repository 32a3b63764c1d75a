/** Functions of Kubernetes' kubectl tests that do not pass here, with the reason. */
export const suiteSkips: Readonly<Record<string, string>> = {
  run_swagger_tests:
    'looks for sentences of the API documentation in the OpenAPI document; ours carries no prose',
  run_multi_resources_tests: 'reads a manifest from the internet',
  run_nodes_tests:
    'wants the conditions that a node controller gives to a node whose kubelet never called',
  run_exec_credentials_tests:
    'wants a certificate from the signer kubernetes.io/kube-apiserver-client',
};
