import type { ReadValue, ValueOrigin } from '../../../../lib/helm/index.ts';

/** Values under such names are not shown: an explanation may end up in a log. */
const secretName = /pass|secret|token|credential|private|apikey|api_key/i;

const longest = 30;

/** `.Values.image.tag = "x", from values.yaml:3`. `chart` is the root chart's name, which is left out. */
export function describeRead(read: ReadValue, chart: string): string {
  const { path, value, origin } = read;
  if (!('value' in read)) return `.${path}`;
  const from = origin === undefined ? '' : originText(origin, chart);
  if (origin?.isRemoved === true) return `.${path} is not set: null in ${from}`;
  if (value === undefined) return `.${path} is not set`;
  return `.${path} = ${shown(path, value)}${from === '' ? ', set by a template' : `, from ${from}`}`;
}

/** `values.yaml:3`, `prod.yaml:7`, `--set #2`. */
export function originText({ source, line }: ValueOrigin, chart: string): string {
  const name = source.startsWith(`${chart}/`) ? source.slice(chart.length + 1) : source;
  return line === undefined ? name : `${name}:${line}`;
}

function shown(path: string, value: unknown): string {
  if (secretName.test(path)) return '(not shown)';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isMap(value)) return `a map of ${Object.keys(value).length}`;
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function isMap(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
