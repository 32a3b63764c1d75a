// Renders a chart, tells where a value came from, and renders it again with one value changed. In a
// project of your own the import is from 'trice/helm'.
import {
  chartOf,
  createRenderer,
  defaultCapabilities,
  explainFailure,
  renderChart,
  valuesSource,
} from '../../src/lib/helm/index.ts';

const files: Record<string, string> = {
  'Chart.yaml': 'apiVersion: v2\nname: demo\nversion: 0.1.0\n',
  'values.yaml': 'image:\n  tag: "1.0"\nreplicas: 1\n',
  'templates/app.yaml':
    'kind: Deployment\nimage: demo:{{ required "say a tag" .Values.image.tag }}\n',
  'templates/scale.yaml': 'kind: Scale\nreplicas: {{ .Values.replicas }}\n',
};
const chart = chartOf(
  Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) })),
);
const common = {
  chart,
  release: { name: 'web', namespace: 'default' },
  capabilities: defaultCapabilities,
  ports: {},
};

// Where did a line come from?
const prod = valuesSource('prod.yaml', 'image:\n  tag: "2.0"\n');
const given = { ...common, values: prod.values, valuesSources: [prod] };
const { trace } = renderChart({ ...given, trace: true });
for (const { text, place, reads } of trace?.lines('demo/templates/app.yaml') ?? []) {
  const from = reads.map(({ path, origin }) => `${path} ${origin?.source}:${origin?.line}`);
  if (text !== '') console.log(`${text.padEnd(18)} # ${place?.line} ${from.join()}`.trimEnd());
}

// Why did it fail?
const failure = explainFailure({ ...common, values: { image: { tag: '' } } });
const [read] = failure?.reads ?? [];
console.log(`${failure?.file}:${failure?.line} ${read?.path} = ${JSON.stringify(read?.value)}`);

// Again and again: only what reads the changed value is run.
const renderer = createRenderer(common);
const before = renderer.render({ replicas: 2 }).manifests;
const after = renderer.render({ replicas: 3 }).manifests;
console.log(
  after.map((each) => `${each.path} ${before.includes(each) ? 'kept' : 'run'}`).join('\n'),
);
