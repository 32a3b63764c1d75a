import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageOf } from '../../src/base/index.ts';
import {
  type Chart,
  chartOf,
  defaultCapabilities,
  ManifestError,
  parseKubeVersion,
  renderChart,
  setValues,
} from '../../src/lib/helm/index.ts';
import { snippetSkips } from './skips.ts';

/** One snippet: a template and values, and what Helm 3.21.4 prints or fails with. */
interface Snippet {
  readonly t: string;
  readonly v: string;
  readonly g: string;
  readonly set?: readonly string[];
  readonly setString?: readonly string[];
  readonly out?: string;
  readonly err?: string;
}

const corpus = join(import.meta.dirname, '../../../shared/corpus/helm/snippets.sample.json');
const found = existsSync(corpus);

const bytes = (text: string): Uint8Array => Buffer.from(text);

function chartFor(snippet: Snippet): Chart {
  return chartOf([
    {
      name: 'Chart.yaml',
      data: bytes('apiVersion: v2\nname: c\nversion: 0.1.0\nappVersion: "1.0"\n'),
    },
    { name: 'values.yaml', data: bytes(snippet.v) },
    { name: 'templates/t.yaml', data: bytes(snippet.t) },
  ]);
}

/** As the command line reports a flag it cannot read. */
function prefixed(prefix: string, run: () => void): void {
  try {
    run();
  } catch (thrown) {
    throw new Error(prefix + messageOf(thrown));
  }
}

/** What the engine printed; that it may be no manifest does not matter here. */
function printed(snippet: Snippet): string {
  const values = {};
  for (const text of snippet.set ?? []) {
    prefixed('failed parsing --set data: ', () => setValues(values, text));
  }
  for (const text of snippet.setString ?? []) {
    prefixed('failed parsing --set-string data: ', () => setValues(values, text, 'string'));
  }
  const kubeVersion = parseKubeVersion('v1.36.0') ?? defaultCapabilities.kubeVersion;
  try {
    const { files } = renderChart({
      chart: chartFor(snippet),
      values,
      release: { name: 'rel', namespace: 'ns' },
      capabilities: { ...defaultCapabilities, kubeVersion },
      ports: { now: () => new Date(), random: (size) => randomBytes(size) },
    });
    return files.get('c/templates/t.yaml') ?? '';
  } catch (thrown) {
    if (thrown instanceof ManifestError) return thrown.files.get('c/templates/t.yaml') ?? '';
    throw thrown;
  }
}

function outcome(snippet: Snippet): { out?: string; err?: string } {
  try {
    return { out: printed(snippet) };
  } catch (thrown) {
    // What is wrong with values.yaml is told with the file's name in front.
    return { err: messageOf(thrown).replace(/^cannot load values\.yaml: /, '') };
  }
}

describe.skipIf(!found)('helm snippets (the corpus at ../shared/corpus/helm)', () => {
  const snippets = found ? (JSON.parse(readFileSync(corpus, 'utf8')) as Snippet[]) : [];

  test.each(Object.keys(Object.groupBy(snippets, ({ g }) => g)))('%s', (group) => {
    for (const [index, snippet] of snippets.entries()) {
      if (snippet.g !== group) continue;
      const { out, err } = snippet;
      const wanted = err === undefined ? { out } : { err };
      const got = outcome(snippet);
      const reason = snippetSkips[index];
      if (reason === undefined)
        expect({ index, t: snippet.t, ...got }).toEqual({ index, t: snippet.t, ...wanted });
      else expect(got, `snippet ${index} passes: take it out of skips.ts`).not.toEqual(wanted);
    }
  });
});
