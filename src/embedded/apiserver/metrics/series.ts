/** Labels of one series; equal texts are the same series. */
export type Labels = Readonly<Record<string, string>>;

/** Counts and sums under one metric name, kept by label text: what a request adds costs a map lookup. */
export interface Counter {
  add(labels: string, by?: number): void;
  text(): string;
}

/** Text of labels, as Prometheus writes them. */
export function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** The head of a metric. */
export function head(name: string, type: 'counter' | 'gauge' | 'histogram', help: string): string {
  return `# HELP ${name} [STABLE] ${help}\n# TYPE ${name} ${type}\n`;
}

/** One value of a metric. */
export function line(name: string, labels: string, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`;
}

/** A counter or, when things are taken away again, a gauge. */
export function createCounter(name: string, type: 'counter' | 'gauge', help: string): Counter {
  const values = new Map<string, number>();
  return {
    add: (labels, by = 1) => void values.set(labels, (values.get(labels) ?? 0) + by),
    text: () =>
      head(name, type, help) +
      [...values].map(([labels, value]) => line(name, labels, value)).join(''),
  };
}

/** How long things took, in seconds. */
export interface Histogram {
  observe(labels: string, seconds: number): void;
  text(): string;
}

/** A histogram with upper bounds in rising order. */
export function createHistogram(name: string, help: string, bounds: readonly number[]): Histogram {
  const kept = new Map<string, { readonly counts: number[]; sum: number }>();
  const seriesOf = (labels: string): { readonly counts: number[]; sum: number } => {
    const known = kept.get(labels);
    if (known) return known;
    const made = { counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 };
    kept.set(labels, made);
    return made;
  };
  return {
    observe(labels, seconds) {
      const series = seriesOf(labels);
      const at = bounds.findIndex((bound) => seconds <= bound);
      series.counts[at < 0 ? bounds.length : at]! += 1;
      series.sum += seconds;
    },
    text() {
      let text = head(name, 'histogram', help);
      for (const [labels, { counts, sum }] of kept) {
        let total = 0;
        for (const [at, count] of counts.entries()) {
          total += count;
          text += line(`${name}_bucket`, `${labels},le="${bounds[at] ?? '+Inf'}"`, total);
        }
        text += line(`${name}_sum`, labels, sum) + line(`${name}_count`, labels, total);
      }
      return text;
    },
  };
}
