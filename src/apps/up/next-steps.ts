import type { UpJson } from './up-json.ts';

/** What a person reads when everything is up. */
export function nextSteps(up: UpJson, isDemo: boolean): string {
  const lines = [
    `ready`,
    '',
    `  API server  ${up.endpoints.api}`,
    `  git server  ${up.endpoints.git}  (login in ${up.credentials.git})`,
    `  registry    ${up.endpoints.registry}`,
    ...featureLines(up),
    ...(up.endpoints.ingress === undefined ? [] : [`  ingresses   ${up.endpoints.ingress}`]),
    '',
    'In another terminal:',
    `  export KUBECONFIG=${up.kubeconfig}`,
    ...(isDemo ? demoSteps(up) : ownSteps(up)),
    '',
    'Ctrl-C stops everything; the next start goes on from here.',
    '',
  ];
  return lines.join('\n');
}

function featureLines({ endpoints, credentials }: UpJson): string[] {
  const { gateway, ui } = endpoints;
  if (gateway === undefined || ui === undefined) return [];
  return [`  gateway     ${gateway}  (login in ${credentials.gateway})`, `  status page ${ui}`];
}

function demoSteps(up: UpJson): string[] {
  return [
    '  kubectl get helmrelease,functions,deploy,pods -A',
    `  curl ${up.endpoints.gateway}/function/podinfo/api/info`,
    `  curl -d localhost:${up.ports.api} ${up.endpoints.gateway}/function/certinfo`,
    `  git clone "$(cat ${up.dataDir}/demo-url)" openfaas-gitops`,
    'Go on with examples/openfaas-gitops/README.md.',
  ];
}

function ownSteps(up: UpJson): string[] {
  if (up.endpoints.gateway === undefined) return ['  kubectl api-resources'];
  return [
    '  kubectl get nodes',
    `  git push http://localhost:${up.ports.git}/trice/cluster.git HEAD:master   # what is in it is applied`,
  ];
}
