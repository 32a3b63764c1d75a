// How long a warm render takes through lib/helm, for the three largest charts of the corpus (where it
// is there) and a generated chart of 250 templates; what provenance costs; cold `trice helm template`
// against `helm template` where helm is on the PATH.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Chart,
  chartOf,
  createRenderer,
  defaultCapabilities,
  loadChart,
  type Rendered,
  type RenderOptions,
  renderChart,
} from '../src/lib/helm/index.ts';
import { createEngine, functionTable } from '../src/lib/gotemplate/index.ts';
import { parse } from '../src/lib/yaml/index.ts';
import { type Figure, median } from './figure.ts';

const corpus =
  process.env['TRICE_CORPUS'] ?? path.resolve(import.meta.dirname, '../../shared/corpus/helm');
// Those that print most; charts that make keys would measure the making of keys.
const largest = ['incubator__sparkoperator', 'stable__mongodb-replicaset', 'stable__elasticsearch'];
const rounds = 15;

const deployment = `{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-{{ .Values.name }}-NUMBER
  labels:
    {{- include "c.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    metadata:
      labels:
        {{- include "c.labels" . | nindent 8 }}
    spec:
      containers:
      {{- range $n := until 6 }}
      - name: {{ printf "%s-%d" $.Values.name $n | trunc 63 | quote }}
        image: "{{ $.Values.image.repository }}:{{ $.Values.image.tag | default $.Chart.AppVersion }}"
        env:
        {{- range $k, $v := $.Values.env }}
        - name: {{ $k }}
          value: {{ $v | quote }}
        {{- end }}
        resources:
          {{- toYaml $.Values.resources | nindent 10 }}
      {{- end }}
{{- end }}
`;

/** The generated chart, as files by path. */
function generated(): Record<string, string> {
  const files: Record<string, string> = {
    'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 0.1.0\nappVersion: "1"\n',
    'values.yaml':
      'enabled: true\nname: web\nreplicas: 3\nimage: {repository: example/web, tag: ""}\n' +
      'env: {A: "1", B: "2", C: "3"}\nresources: {limits: {cpu: 1, memory: 2Gi}, requests: {cpu: 100m}}\n',
    'templates/_labels.tpl':
      '{{- define "c.labels" -}}\napp: {{ .Values.name }}\nrelease: {{ .Release.Name }}\n{{- end -}}\n',
  };
  for (let i = 0; i < 250; i++)
    files[`templates/d${i}.yaml`] = deployment.replaceAll('NUMBER', String(i));
  return files;
}

function surroundings(): Omit<RenderOptions, 'chart'> {
  return {
    release: { name: 'bench', namespace: 'default' },
    capabilities: defaultCapabilities,
    ports: { now: () => new Date(), random: (size) => new Uint8Array(size) },
  };
}

function render(chart: Chart): Rendered {
  return renderChart({ chart, ...surroundings() });
}

function chartFrom(files: Readonly<Record<string, string>>): Chart {
  return chartOf(Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) })));
}

/** Milliseconds of one run, the median of several after a warm-up. */
function timed(run: () => unknown): number {
  for (let i = 0; i < 5; i++) run();
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const begin = performance.now();
    run();
    times.push(performance.now() - begin);
  }
  return median(times);
}

const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ms`;

function warm(name: string, chart: Chart): Figure {
  let size = 0;
  for (const text of render(chart).files.values()) size += text.length;
  const value = ms(timed(() => render(chart)));
  return { what: `warm render of ${name} (${Math.round(size / 1000)} kB)`, value };
}

/** One value of one template changes; all else is as it was. */
function changed(): Figure {
  const files = generated();
  for (let i = 0; i < 250; i++) {
    const name = `templates/d${i}.yaml`;
    files[name] = (files[name] ?? '').replace(
      '.Values.replicas',
      `(.Values.own.d${i} | default 1)`,
    );
  }
  const renderer = createRenderer({ chart: chartFrom(files), ...surroundings() });
  let replicas = 0;
  const value = timed(() => renderer.render({ own: { d7: ++replicas } }));
  return {
    what: 'one changed value in a chart of 250 templates',
    value: ms(value),
    goal: '≤ 1 ms',
  };
}

/** The engine alone on the 250 templates: what noting origins and dependencies costs. */
function provenance(): Figure[] {
  const engine = createEngine({
    functions: {
      ...functionTable(),
      include: {
        params: ['string', 'any'],
        use: 'passes',
        call: (name: string, dot: unknown) => engine.execute(name, dot),
      },
    },
  });
  const files = generated();
  const names = Object.keys(files).filter((name) => name.startsWith('templates/'));
  for (const name of names) engine.add(name, files[name] ?? '');
  const dot = {
    Values: parse(files['values.yaml'] ?? ''),
    Chart: { AppVersion: '1' },
    Release: { Name: 'r' },
  };
  const all = (run: (name: string) => unknown) => (): void => {
    for (const name of names) run(name);
  };
  const plain = timed(all((name) => engine.execute(name, dot)));
  const ratio = (run: (name: string) => unknown): string =>
    `${(timed(all(run)) / plain).toFixed(2)} × the plain form`;
  return [
    { what: 'the templates of the generated chart alone', value: ms(plain) },
    {
      what: 'noting where lines come from',
      value: ratio((name) => engine.executeTraced(name, dot)),
      goal: '≤ 2 ×',
    },
    {
      what: 'noting and working out all lines',
      value: ratio((name) => engine.executeTraced(name, dot).lines),
    },
    {
      what: 'noting what was read',
      value: ratio((name) => engine.executeTracked(name, dot)),
    },
  ];
}

function whole(command: string, args: readonly string[]): number {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const begin = performance.now();
    const { status, error } = spawnSync(command, args, { stdio: 'ignore' });
    if (error !== undefined || status !== 0) throw new Error(`${command} failed (${status})`);
    times.push(performance.now() - begin);
  }
  return median(times);
}

/** Whole processes: ours and helm's, on a small and on the generated chart. */
function cold(dir: string): Figure[] {
  const small = path.join(dir, 'small');
  const large = path.join(dir, 'large');
  const files = generated();
  writeChart(large, files);
  const few = ['Chart.yaml', 'values.yaml', 'templates/_labels.tpl', 'templates/d0.yaml'];
  writeChart(small, Object.fromEntries(few.map((name) => [name, files[name] ?? ''])));
  const trice = path.resolve(import.meta.dirname, '../bin/trice');
  const hasHelm = spawnSync('helm', ['version', '--short'], { stdio: 'ignore' }).status === 0;
  const goal = 'no slower than helm';
  return [small, large].flatMap((chart) => {
    const name = path.basename(chart);
    const ours = whole(trice, ['helm', 'template', chart]);
    const own = { what: `cold \`trice helm template\`, ${name} chart`, value: ms(ours), goal };
    if (!hasHelm) return [own];
    const helm = whole('helm', ['template', chart]);
    const value = `${ms(helm)}: ${(helm / ours).toFixed(2)} × ours`;
    return [own, { what: `cold \`helm template\`, ${name} chart`, value }];
  });
}

function writeChart(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(dir, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

export async function measure(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const name of largest) {
    const dir = path.join(corpus, 'charts', `charts__${name}`, 'chart');
    if (existsSync(dir)) figures.push(warm(name, await loadChart(dir)));
  }
  figures.push(warm('a generated chart of 250 templates', chartFrom(generated())));
  figures.push(changed(), ...provenance());
  const dir = mkdtempSync(path.join(tmpdir(), 'trice-bench-helm-'));
  try {
    return [...figures, ...cold(dir)];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
