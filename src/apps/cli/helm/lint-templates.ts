import { stat } from 'node:fs/promises';
import path from 'node:path';
import { KnownError, isRecord, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import {
  defaultCapabilities,
  loadChart,
  renderForLint,
  splitDocuments,
  unmarshal,
} from '../../../lib/helm/index.ts';
import type { Chart } from '../../../lib/helm/index.ts';
import type { Call } from '../cobra/index.ts';
import { warningPrinter } from './print-warnings.ts';
import { kubeVersionOf, renderPorts } from './settings.ts';

/** One line of a lint report. */
export interface LintMessage {
  readonly severity: 'INFO' | 'WARNING' | 'ERROR';
  readonly path: string;
  readonly text: string;
}

/** Loads, renders and reads what the templates print; then compares charts/ with Chart.yaml. */
export async function lintTemplates(
  call: Call,
  folder: string,
  how: { values: JsonRecord; namespace: string },
): Promise<LintMessage[]> {
  let chart: Chart;
  try {
    chart = await loadChart(folder);
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const hasTemplates = await stat(path.join(folder, 'templates')).catch(() => undefined);
    const found: LintMessage[] = [];
    if (hasTemplates) found.push({ severity: 'ERROR', path: 'templates/', text: thrown.message });
    const text = `unable to load chart\n\t${thrown.message}`;
    return [...found, { severity: 'ERROR', path: '', text }];
  }
  const hasTemplates = await stat(path.join(folder, 'templates')).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const warn = warningPrinter(call.io);
  // Helm loads the chart for each of the two, and says each time what it says of it.
  const found: LintMessage[] = [];
  if (hasTemplates) {
    for (const line of chart.warnings) warn(line);
    found.push(...templateMessages(call, chart, how));
  }
  for (const line of chart.warnings) warn(line);
  return [...found, ...dependencyMessages(chart, folder)];
}

function templateMessages(
  call: Call,
  chart: Chart,
  { values, namespace }: { values: JsonRecord; namespace: string },
): LintMessage[] {
  let files: ReadonlyMap<string, string> | undefined;
  try {
    files = renderForLint({
      chart,
      values,
      release: { name: 'test-release', namespace },
      capabilities: { ...defaultCapabilities, kubeVersion: kubeVersionOf(call) },
      ports: renderPorts(call.io),
      onWarning: warningPrinter(call.io),
      skipSchemaValidation: call.flags.bool('skip-schema-validation'),
    });
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    return [{ severity: 'ERROR', path: 'templates/', text: thrown.message }];
  }
  if (files === undefined) return [];
  const found: LintMessage[] = [];
  for (const { name, data } of chart.templates) {
    const source = Buffer.from(data).toString('utf8');
    found.push(...sourceMessages(name, source));
    if (!name.endsWith('.yaml')) continue;
    const more = outputMessages(name, files.get(`${chart.metadata.name}/${name}`) ?? '');
    found.push(...more);
    // What cannot be parsed once is not looked at further, as in Helm.
    if (more.some(({ text }) => text.startsWith('unable to parse YAML'))) break;
  }
  return found;
}

const extensions = ['.yaml', '.yml', '.tpl', '.txt'];

function sourceMessages(name: string, source: string): LintMessage[] {
  const found: LintMessage[] = [];
  const extension = path.posix.extname(name);
  if (!extensions.includes(extension)) {
    const text = `file extension '${extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt`;
    found.push({ severity: 'ERROR', path: name, text });
  }
  if (/"?helm\.sh\/hook"?:\s+crd-install/.test(source)) {
    const text =
      'manifest is a crd-install hook. This hook is no longer supported in v3 and all CRDs should also exist the crds/ directory at the top level of the chart';
    found.push({ severity: 'WARNING', path: name, text });
  }
  if (/\.Release\.Time/.test(source)) {
    const text =
      '.Release.Time has been removed in v3, please replace with the `now` function in your templates';
    found.push({ severity: 'ERROR', path: name, text });
  }
  return found;
}

function outputMessages(name: string, output: string): LintMessage[] {
  if (output.trim() === '') return [];
  const found: LintMessage[] = [];
  const first = output.split('\n').find((line) => line.trim() !== '') ?? '';
  if (/^[ \t]/.test(first)) {
    const text = `document starts with an illegal indent: ${JSON.stringify(first)}, which may cause parsing problems`;
    found.push({ severity: 'WARNING', path: name, text });
  }
  for (const document of splitDocuments(output)) {
    try {
      found.push(...objectMessages(name, unmarshal(document), output));
    } catch (thrown) {
      const text = `unable to parse YAML: ${messageOf(thrown)}`;
      return [...found, { severity: 'ERROR', path: name, text }];
    }
  }
  return found;
}

const selected = ['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'];

function objectMessages(name: string, value: unknown, output: string): LintMessage[] {
  if (!isRecord(value)) return [];
  const found: LintMessage[] = [];
  const { kind, metadata, items } = value;
  const objectName = isRecord(metadata) ? String(metadata['name'] ?? '') : '';
  found.push(...nameMessages(name, String(kind ?? ''), objectName));
  if (typeof kind === 'string' && selected.includes(kind)) {
    if (!output.includes('matchLabels') && !output.includes('matchExpressions')) {
      const text = `a ${kind} must contain matchLabels or matchExpressions, and ${JSON.stringify(objectName)} does not`;
      found.push({ severity: 'ERROR', path: name, text });
    }
  }
  if (kind === 'List' && Array.isArray(items) && items.some(hasPolicy)) {
    const text = "Annotation 'helm.sh/resource-policy' within List objects are ignored";
    found.push({ severity: 'ERROR', path: name, text });
  }
  return found;
}

function nameMessages(path: string, kind: string, name: string): LintMessage[] {
  const problem = nameProblem(kind, name);
  if (problem === undefined) return [];
  const quoted = JSON.stringify(name);
  const text = `object name does not conform to Kubernetes naming requirements: ${quoted}: metadata.name: Invalid value: ${quoted}: ${problem}`;
  return [{ severity: 'WARNING', path, text }];
}

const subdomain = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';
const label = '[a-z]([-a-z0-9]*[a-z0-9])?';
const anyName = ['role', 'clusterrole', 'rolebinding', 'clusterrolebinding'];

/** What Kubernetes says of a name of this kind; undefined when it is right. */
function nameProblem(kind: string, name: string): string | undefined {
  const lower = kind.toLowerCase();
  if (anyName.includes(lower) || lower === 'certificatesigningrequest') return undefined;
  if (lower === 'service') {
    if (new RegExp(`^${label}$`).test(name) && name.length <= 63) return undefined;
    return `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${label}')`;
  }
  if (new RegExp(`^${subdomain}$`).test(name) && name.length <= 253) return undefined;
  return `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`;
}

function hasPolicy(item: unknown): boolean {
  const metadata = isRecord(item) ? item['metadata'] : undefined;
  const annotations = isRecord(metadata) ? metadata['annotations'] : undefined;
  return isRecord(annotations) && 'helm.sh/resource-policy' in annotations;
}

function dependencyMessages(chart: Chart, folder: string): LintMessage[] {
  const declared = (chart.metadata.dependencies ?? []).map(({ name }) => name);
  const present = chart.dependencies.map(({ metadata }) => metadata.name);
  const found: LintMessage[] = [];
  const unknown = present.filter((name) => !declared.includes(name));
  if (unknown.length > 0) {
    const text = `chart metadata is missing these dependencies: ${unknown.join(',')}`;
    found.push({ severity: 'ERROR', path: folder, text });
  }
  const missing = declared.filter((name) => !present.includes(name));
  if (missing.length > 0) {
    const text = `chart directory is missing these dependencies: ${missing.join(',')}`;
    found.push({ severity: 'WARNING', path: folder, text });
  }
  return found;
}
