import { messageOf } from '../../../src/base/index.ts';
import {
  type Chart,
  chartOf,
  defaultCapabilities,
  ManifestError,
  renderChart,
} from '../../../src/lib/helm/index.ts';
import { type Case, standardValues } from './cases/case.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

function chartFor({ text, values = standardValues }: Case): Chart {
  return chartOf([
    {
      name: 'Chart.yaml',
      data: bytes('apiVersion: v2\nname: c\nversion: 0.1.0\nappVersion: "1.0"\n'),
    },
    { name: 'values.yaml', data: bytes(values) },
    { name: 'templates/t.yaml', data: bytes(text) },
  ]);
}

function printed(each: Case): string {
  try {
    const { files } = renderChart({
      chart: chartFor(each),
      release: { name: 'rel', namespace: 'ns' },
      capabilities: defaultCapabilities,
      ports: { now: () => new Date(), random: (size) => new Uint8Array(size) },
    });
    return files.get('c/templates/t.yaml') ?? '';
  } catch (thrown) {
    // That what was printed is no manifest does not matter here.
    if (thrown instanceof ManifestError) return thrown.files.get('c/templates/t.yaml') ?? '';
    throw thrown;
  }
}

/** What a case prints, or `!! ` and what it fails with. */
export function outcomeOf(each: Case): string {
  try {
    return printed(each);
  } catch (thrown) {
    // What is wrong with values.yaml is told with the file's name in front.
    return `!! ${messageOf(thrown).replace(/^cannot load values\.yaml: /, '')}`;
  }
}
