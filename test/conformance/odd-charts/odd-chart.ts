import { stringify } from '../../../src/lib/yaml/index.ts';
import type { Random } from './random.ts';

/** Files by path, and a command line that renders them. */
export interface OddChart {
  readonly files: Record<string, string>;
  readonly args: string[];
}

type Tree = Record<string, unknown>;

const keys = ['a', 'b', 'c', 'd', 'image', 'enabled', 'x.y', 'y', '1', 'name'];
const scalars: readonly unknown[] = [
  1,
  0,
  true,
  false,
  null,
  'text',
  '',
  1.5,
  1e6,
  'yes',
  '10',
  [],
  {},
  -3,
  'a: b',
  'multi\nline\n',
  12345678,
  [1, 'b', null],
  [{ a: 1 }, { b: null }],
];

function tree(random: Random, depth: number, sections: readonly string[] = []): Tree {
  const out: Tree = {};
  for (const key of [...random.some(keys, 0.35), ...random.some(sections, 0.5)]) {
    const isTree =
      (sections.includes(key) && random.chance(0.9)) || (depth > 0 && random.chance(0.4));
    out[key] = isTree ? tree(random, depth - 1) : random.pick(scalars);
  }
  return out;
}

function globals(random: Random): unknown {
  const out: Tree = {};
  for (const key of random.some(['g', 'h', 'a', 'image'], 0.5)) {
    out[key] = random.chance(0.4) ? tree(random, 1) : random.pick(scalars);
  }
  return random.chance(0.05) ? random.pick(scalars) : out;
}

const kinds =
  'ConfigMap Secret Service Deployment Job Pod Namespace CronJob Widget Alpha Role ClusterRole PriorityClass HorizontalPodAutoscaler IngressClass Ingress APIService NetworkPolicy CustomResourceDefinition List'.split(
    ' ',
  );
const hooks = [
  'pre-install',
  'post-install',
  'test',
  'test-success',
  'pre-upgrade',
  'PRE-INSTALL',
  ' pre-install, post-install',
  'bogus',
  'pre-install,bogus',
];
const bodies = [
  'data: {{ .Values | toYaml | nindent 2 }}\n',
  'v: {{ .Values | toJson }}\n',
  'g: {{ .Values.global | toJson }}\n',
  'p: {{ print .Values | quote }}\n',
  'sub: {{ range $k, $v := .Subcharts }}{{ $k }}={{ $v.Chart.Name }} {{ $v.Values | toJson | squote }} {{ end }}\n',
  'chart: {{ .Chart.Name }}-{{ .Chart.Version }} {{ .Chart.AppVersion }} {{ .Chart.Type }} {{ .Chart.IsRoot }}\n',
  'deps: {{ range .Chart.Dependencies }}{{ .Name }}|{{ .Alias }}|{{ .Enabled }}|{{ .Condition }}|{{ .Tags }}|{{ .ImportValues }};{{ end }}\n',
  'files: {{ range $k, $v := .Files }}{{ $k }} {{ end }}\n',
  'cfg: {{ (.Files.Glob "**").AsConfig | nindent 2 }}\n',
  'tpl: {{ .Template.Name }} {{ .Template.BasePath }}\n',
  'inc: {{ include "who" . }}\n',
  'rel: {{ .Release | toJson }}\n',
  'caps: {{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "x/v1" }}\n',
  '{{- $_ := set .Values "touched" .Template.Name }}\n',
  'touched: {{ .Values.touched }}\n',
  'mut: {{ merge .Values (dict "m" (dict "z" 1)) | toJson }}\n',
  'x: {{ index .Values "x.y" | toJson }} {{ .Values.a | default "da" | toJson }}\n',
  'chartobj: {{ .Chart | toJson }}\n',
  'subs: {{ .Subcharts | keys | sortAlpha | toJson }}\n',
];

function document(random: Random): string {
  const annotations: Record<string, string> = {};
  if (random.chance(0.25)) annotations['helm.sh/hook'] = random.pick(hooks);
  if (random.chance(0.2)) annotations['helm.sh/hook-weight'] = random.pick(['1', '-5', 'x', '+3']);
  const name = random.pick(['n', 'web', '{{ .Release.Name }}', '{{ .Chart.Name }}', '5', 'true']);
  const lines = Object.entries(annotations).map(
    ([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}\n`,
  );
  return [
    random.chance(0.15) ? '# a comment\n' : '',
    `apiVersion: ${random.pick(['v1', 'apps/v1', '1', 'batch/v1'])}\nkind: ${random.pick(kinds)}\n`,
    `metadata:\n  name: ${name}-${random.int(100)}\n`,
    lines.length === 0 ? '' : `  annotations:\n${lines.join('')}`,
    random.chance(0.7) ? random.pick(bodies) : '',
  ].join('');
}

const separators = [
  '---\n',
  '\n---\n',
  '---   \n\n',
  '--- \n---\n',
  '\n---\n# only comment\n---\n',
];

function template(random: Random): string {
  const documents = Array.from({ length: 1 + random.int(3) }, () => document(random));
  let text = documents.join(random.pick(separators));
  if (random.chance(0.2)) text = `---\n${text}`;
  if (random.chance(0.1)) text = `\n\n${text}`;
  if (random.chance(0.1)) text += '\n---\n';
  if (random.chance(0.15)) text = `{{- if .Values.enabled }}\n${text}{{- end }}\n`;
  return random.chance(0.04) ? '{{/* nothing */}}\n' : text;
}

const versions = ['0.1.0', '1.2.3', '1.0.0-alpha.1', '2.0.0+build', 'v1.0.0'];
const imports: readonly unknown[] = [
  'data',
  'more',
  { child: 'a', parent: 'imported' },
  { child: 'exports.data', parent: '.' },
  { child: 'image', parent: 'b.image' },
  { child: 'global', parent: 'fromglobal' },
];

/** One entry of `dependencies`; the second of one chart has an alias. */
function dependency(random: Random, name: string, version: string, index: string): Tree {
  const isSecond = index.endsWith('1');
  const alias = isSecond || random.chance(0.25) ? `al${index}` : undefined;
  const own = alias ?? name;
  const conditions = [`${own}.enabled`, `${name}.enabled,${own}.a`, 'enabled', 'a.b,enabled'];
  return {
    name,
    version: random.pick([version, version, '*', '>=0.0.0-0', '^0.1.0', '']),
    repository: random.pick(['', 'https://r', 'file://../x']),
    ...(alias === undefined ? {} : { alias }),
    ...(random.chance(0.4) ? { condition: random.pick(conditions) } : {}),
    ...(random.chance(0.3) ? { tags: random.some(['t1', 't2', 'a'], 0.6) } : {}),
    ...(random.chance(0.35) ? { 'import-values': random.some(imports, 0.4) } : {}),
  };
}

interface Place {
  readonly files: Record<string, string>;
  readonly prefix: string;
  readonly depth: number;
}

function subcharts(random: Random, { files, prefix, depth }: Place): Tree[] {
  const declared: Tree[] = [];
  const names = ['sub', 'db', 'lib'].slice(0, depth > 0 ? random.int(4) : 0);
  for (const [i, name] of names.entries()) {
    const version = chart(random, name, {
      files,
      prefix: `${prefix}charts/${name}/`,
      depth: depth - 1,
    });
    if (!random.chance(0.85)) continue;
    const times = random.chance(0.2) ? 2 : 1;
    for (let j = 0; j < times; j++) declared.push(dependency(random, name, version, `${i}${j}`));
  }
  return declared;
}

const ignored = [
  '*.txt',
  'conf/',
  '/README.md',
  'dir/sub',
  '# comment',
  '',
  'conf/*.conf',
  '[ab].x',
];
const names = ['a', 'b', 'dir/c', 'z', '_p', 'Q', 'sub/x', 'a-b', 'tests/t'];

/** Writes a chart and everything below it; its version. */
function chart(random: Random, name: string, place: Place): string {
  const { files, prefix } = place;
  const isOld = random.chance(0.2);
  const version = random.pick(versions);
  const dependencies = subcharts(random, place);
  const inFile = isOld && dependencies.length > 0 && random.chance(0.8);
  if (inFile) files[`${prefix}requirements.yaml`] = stringify({ dependencies });
  files[`${prefix}Chart.yaml`] = stringify({
    apiVersion: isOld ? 'v1' : 'v2',
    name,
    version,
    ...(random.chance(0.4) ? { appVersion: random.pick(['1.10', 'v1', 'latest']) } : {}),
    ...(random.chance(0.2) ? { description: 'two  spaces' } : {}),
    ...(random.chance(0.1) ? { kubeVersion: random.pick(['>=1.20.0-0', '>99']) } : {}),
    ...(random.chance(0.1) ? { maintainers: [{ name: 'm', email: 'e' }] } : {}),
    ...(place.prefix !== 'root/' && random.chance(0.1) ? { type: 'library' } : {}),
    ...(dependencies.length > 0 && !inFile ? { dependencies } : {}),
  });
  const sections = dependencies.map((each) => String(each['alias'] ?? each['name']));
  files[`${prefix}values.yaml`] = stringify({
    ...tree(random, 2, sections),
    ...(random.chance(0.5) ? { global: globals(random) } : {}),
    ...(random.chance(0.3) ? { tags: { t1: random.pick([true, false, 'no']) } } : {}),
    ...(random.chance(0.4) ? { exports: { data: tree(random, 1), more: tree(random, 1) } } : {}),
  });
  files[`${prefix}templates/_helpers.tpl`] = `{{- define "who" -}}${name}{{- end -}}\n`;
  for (let i = random.int(4); i > 0; i--) {
    const file = `${random.pick(names)}${i}.${random.pick(['yaml', 'yaml', 'yml', 'txt', 'json'])}`;
    files[`${prefix}templates/${file}`] = template(random);
  }
  if (random.chance(0.4)) files[`${prefix}templates/NOTES.txt`] = 'notes of {{ .Chart.Name }}\n';
  for (const file of random.some(
    ['README.md', 'conf/a.conf', 'x.txt', '.hidden', 'a b.txt'],
    0.25,
  )) {
    files[`${prefix}${file}`] = `content of ${file}\n`;
  }
  for (const file of random.some(['crds/b.yaml', 'crds/a.yml', 'crds/n/x.yaml'], 0.1)) {
    files[`${prefix}${file}`] = `kind: CustomResourceDefinition # ${name}\n`;
  }
  if (random.chance(0.25)) files[`${prefix}.helmignore`] = random.some(ignored, 0.3).join('\n');
  return version;
}

const sets = [
  'a=1',
  'sub.enabled=true',
  'db.enabled=false',
  'sub=null',
  'global.g=5',
  'global=null',
  'a.b=null',
  'image.tag=x\\,y',
  'tags.t1=true',
  'x\\.y=z',
  'db.a.b[1]=q',
  'c={1,2,x}',
  'enabled=true',
  'global.image.tag=t',
];
const switches = [
  '--include-crds',
  '--skip-tests',
  '--no-hooks',
  '--is-upgrade',
  '--render-subchart-notes',
  '--skip-schema-validation',
];

/** A chart such as nobody would write, but could. */
export function oddChart(random: Random): OddChart {
  const files: Record<string, string> = {};
  chart(random, 'root', { files, prefix: 'root/', depth: random.pick([0, 1, 1, 2, 2]) });
  const args = ['template', ...(random.chance(0.3) ? ['rel'] : []), 'root'];
  args.push('--kube-version', 'v1.36.0');
  for (let i = random.int(3); i > 0; i--) {
    const extra = random.chance(0.4) ? { global: globals(random) } : {};
    files[`v${i}.yaml`] = stringify({ ...tree(random, 2, ['sub', 'db', 'al00']), ...extra });
    args.push('-f', `v${i}.yaml`);
  }
  for (const text of random.some(sets, 0.08)) {
    args.push(random.pick(['--set', '--set', '--set-string', '--set-literal']), text);
  }
  args.push(...random.some(switches, 0.12));
  if (random.chance(0.1)) args.push('--show-only', random.pick(['templates/*', 'nope']));
  return { files, args };
}
