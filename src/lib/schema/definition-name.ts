/** The OpenAPI definition name of a table name: `apps/v1.Deployment` → `io.k8s.api.apps.v1.Deployment`. */
export function definitionName(tableName: string): string {
  const dot = tableName.lastIndexOf('.');
  const groupVersion = tableName.slice(0, dot);
  const type = tableName.slice(dot + 1);
  const [group, version] = groupVersion.includes('/')
    ? groupVersion.split('/')
    : ['core', groupVersion];
  return `${packageOf(group ?? '')}.${version}.${type}`;
}

function packageOf(group: string): string {
  if (group === 'meta') return 'io.k8s.apimachinery.pkg.apis.meta';
  if (group === 'apiextensions.k8s.io') {
    return 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions';
  }
  if (group === 'apiregistration.k8s.io') {
    return 'io.k8s.kube-aggregator.pkg.apis.apiregistration';
  }
  return `io.k8s.api.${group.split('.')[0]}`;
}
