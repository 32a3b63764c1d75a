import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { randomTemplates, standardValues } from './cases/index.ts';
import { masked } from './mask.ts';
import { outcomeOf } from './render-case.ts';

// Random templates are put to a real helm. Those that print are all one chart, a template file each, so
// that one process answers for hundreds. Another seed asks other questions: TRICE_SEED=7.
const version = spawnSync('helm', ['version', '--template', '{{.Version}}'], { encoding: 'utf8' });
const found = version.status === 0 && version.stdout.startsWith('v3.21');

const templates = randomTemplates(600, Number(process.env['TRICE_SEED'] ?? 20), String).filter(
  ({ defines, body }) => !outcomeOf({ text: defines + body }).startsWith('!! '),
);

/** What a template prints, as one line of a manifest. */
function fileOf(i: number): string {
  const { defines, body } = templates[i]!;
  const define = `{{ define "t${i}" }}${body}{{ end }}`;
  return `${defines}${define}kind: C\nmetadata: {name: t${i}}\ntext: {{ include "t${i}" . | toJson }}\n`;
}

/** The texts of the manifests that helm prints, by name. */
function answers(dir: string): Map<string, string> {
  mkdirSync(path.join(dir, 'templates'));
  writeFileSync(path.join(dir, 'Chart.yaml'), 'apiVersion: v2\nname: c\nversion: 0.1.0\n');
  writeFileSync(path.join(dir, 'values.yaml'), standardValues);
  for (const i of templates.keys())
    writeFileSync(path.join(dir, `templates/t${i}.yaml`), fileOf(i));
  const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  const { stdout, stderr } = spawnSync('helm', ['template', 'rel', dir, '-n', 'ns'], options);
  expect(stderr).toBe('');
  const said = new Map<string, string>();
  for (const [, name = '', text = ''] of stdout.matchAll(
    /metadata: \{name: (t\d+)\}\ntext: (.*)$/gm,
  )) {
    // As JSON the text is safe from what Helm takes out of an output.
    said.set(name, (JSON.parse(text) as string).replaceAll('<no value>', ''));
  }
  return said;
}

test.skipIf(!found)('random templates (helm v3.21 on the PATH)', { timeout: 60_000 }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'trice-helm-live-'));
  try {
    const said = answers(dir);
    expect(said.size).toBe(templates.length);
    for (const [i, { defines, body }] of templates.entries()) {
      const printed = masked(outcomeOf({ text: defines + body }));
      expect({ body, printed }).toEqual({ body, printed: masked(said.get(`t${i}`) ?? '') });
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
