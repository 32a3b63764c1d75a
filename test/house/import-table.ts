/**
 * Which room may enter which: the walls of the house as data. A room is a folder; the longest path
 * here that begins a file's path is its room. `sees` lists rooms (or floors, ending in `/`) whose
 * `index.ts` it may import, besides itself. Each banned direction carries its reason.
 */
export interface Room {
  readonly path: string;
  readonly sees: readonly string[];
}

const lib = (name: string, ...sees: string[]): Room => ({
  path: `src/lib/${name}`,
  sees: ['src/base', ...sees.map((each) => `src/lib/${each}`)],
});
const feature = (name: string): Room => ({
  path: `src/features/${name}`,
  sees: ['src/base', 'src/api/', 'src/lib/'],
});
const api = (name: string): Room => ({ path: `src/api/${name}`, sees: ['src/base'] });
const embedded = (name: string, ...sees: string[]): Room => ({
  path: `src/embedded/${name}`,
  sees: ['src/base', ...sees],
});
const app = (name: string, ...sees: string[]): Room => ({
  path: `src/apps/${name}`,
  sees: ['src/base', 'src/api/', 'src/lib/', 'src/features/', ...sees],
});
const command = (name: string, ...sees: string[]): Room =>
  app(`cli/${name}`, 'src/apps/cli', 'src/apps/cli/cobra', ...sees);

export const rooms: readonly Room[] = [
  { path: 'src/base', sees: [] },
  api('events'),
  api('function'),
  api('helm-release'),
  api('sealed-secret'),
  lib('http'),
  lib('yaml'),
  lib('schema'),
  lib('der'),
  lib('gotemplate', 'yaml', 'der'),
  lib('manifest', 'yaml', 'schema', 'kube'),
  lib('kube', 'http', 'yaml'),
  lib('git', 'http'),
  lib('oci', 'http'),
  lib('helm', 'yaml', 'gotemplate', 'manifest', 'schema', 'kube', 'oci', 'http'),
  lib('kustomize', 'yaml', 'schema'),
  lib('sops', 'yaml'),
  lib('revision', 'git', 'manifest', 'kustomize', 'schema', 'sops', 'yaml'),
  lib('controller', 'kube'),
  feature('sync'),
  feature('release'),
  feature('image'),
  feature('seal'),
  feature('function'),
  feature('build'),
  embedded('kinds', 'src/lib/schema'),
  embedded(
    'apiserver',
    'src/lib/der',
    'src/lib/http',
    'src/lib/yaml',
    'src/lib/schema',
    'src/embedded/kinds',
  ),
  embedded('workloads', 'src/lib/kube', 'src/lib/controller', 'src/lib/schema'),
  embedded('runtime', 'src/lib/kube', 'src/lib/oci', 'src/lib/http'),
  embedded('gitserver', 'src/lib/http'),
  embedded('registry', 'src/lib/http'),
  app('operator'),
  app('gateway'),
  app('up', 'src/embedded/', 'src/apps/operator', 'src/apps/gateway'),
  app('cli', 'src/apps/'),
  { path: 'src/apps/cli/cobra', sees: ['src/base', 'src/apps/cli'] },
  command('check', 'src/embedded/kinds', 'src/apps/operator'),
  command('completion'),
  command('diff', 'src/apps/cli/check'),
  command('faas-cli', 'src/apps/cli/kubeseal'),
  command('fluxctl', 'src/apps/cli/install'),
  command('get', 'src/apps/cli/fluxctl'),
  command('helm'),
  command('install'),
  command('kubeseal'),
  command('links'),
  command('operator', 'src/apps/operator', 'src/apps/gateway'),
  command('seal', 'src/apps/cli/kubeseal'),
  command('sync', 'src/apps/cli/fluxctl'),
  command('up', 'src/apps/up'),
  command('version'),
  command('why'),
];

/** Why a direction is closed; the first pattern that fits is printed. */
export const reasons: ReadonlyArray<readonly [from: RegExp, to: RegExp, why: string]> = [
  [/^src\/base/, /./, 'base is floor 0: it imports nothing'],
  [/^src\/api/, /^src\/(lib|features|embedded|apps)/, 'api holds kinds and messages only'],
  [
    /^src\/lib/,
    /^src\/api/,
    'lib knows nothing of our kinds, so that each room could be a library on its own',
  ],
  [
    /^src\/lib/,
    /^src\/lib/,
    'this pair of lib rooms is not in the table: a new edge is a decision',
  ],
  [/^src\/features/, /^src\/features/, 'features meet only in the cluster and on the bus'],
  [
    /^src\/features/,
    /^src\/embedded/,
    'a real cluster must be able to take the place of the embedded one',
  ],
  [
    /^src\/embedded/,
    /^src\/features/,
    'a real cluster must be able to take the place of the embedded one',
  ],
  [
    /^src\/embedded/,
    /^src\/embedded/,
    'the rooms of the wing meet over the Kubernetes API; apps/up plugs the rest',
  ],
  [
    /^src\/(base|api|lib|features|embedded)/,
    /^src\/apps/,
    'imports go down: apps plug the cables in',
  ],
  [/./, /./, 'this edge is not in test/house/import-table.ts'],
];
