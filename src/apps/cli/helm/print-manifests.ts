import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { KnownError } from '../../../base/index.ts';
import { globPattern, manifestText, splitDocuments } from '../../../lib/helm/index.ts';
import type { HookManifest, Rendered } from '../../../lib/helm/index.ts';
import type { Call } from '../cobra/index.ts';
import { columnsOf } from './explain/explain-flag.ts';
import { explainDocument } from './explain/explain-output.ts';
import type { ShownDocument } from './explain/explain-output.ts';

/** Prints what was rendered, or the documents that `--show-only` asks for. */
export function printManifests(call: Call, rendered: Rendered): void {
  const { flags, io } = call;
  if (flags.bool('explain')) {
    printExplained(call, rendered);
    return;
  }
  const all = textOf(call, rendered);
  const only = flags.list('show-only');
  if (only.length === 0) {
    io.stdout.write(all);
    return;
  }
  const shown = only.flatMap((pattern) => documentsOf(all, pattern));
  io.stdout.write(shown.map((document) => `---\n${document}\n`).join(''));
}

function textOf(call: Call, rendered: Rendered): string {
  const manifests = manifestText(rendered, { includeCrds: call.flags.bool('include-crds') });
  const hooks = hooksOf(call, rendered).map(
    ({ path: source, manifest }) => `---\n# Source: ${source}\n${manifest}\n`,
  );
  return `${manifests.trim()}\n${hooks.join('')}`;
}

/** The same documents; where each line comes from stands beside it. */
function printExplained(call: Call, rendered: Rendered): void {
  const { flags, io } = call;
  const documents: ShownDocument[] = [
    ...(flags.bool('include-crds') ? rendered.crds : []).map(({ filename, data }) => ({
      path: filename,
      text: Buffer.from(data).toString('utf8').trim(),
    })),
    ...rendered.manifests.map(({ path: source, text }) => ({ path: source, text })),
    ...hooksOf(call, rendered).map(({ path: source, manifest }) => ({
      path: source,
      text: manifest,
    })),
  ];
  const only = flags.list('show-only').map((pattern) => {
    const wanted = globPattern(pattern);
    const found = documents.filter((each) => wanted.test(each.path.replace(/^[^/]+\//, '')));
    if (found.length === 0) throw noTemplate(pattern);
    return found;
  });
  for (const document of only.length === 0 ? documents : only.flat()) {
    const told = explainDocument(document, rendered, columnsOf(io.stdout));
    io.stdout.write(`---\n# Source: ${document.path}\n${told}`);
  }
}

function hooksOf({ flags }: Call, { hooks }: Rendered): readonly HookManifest[] {
  if (flags.bool('no-hooks')) return [];
  return hooks.filter(({ events }) => !(flags.bool('skip-tests') && events.includes('test')));
}

function documentsOf(all: string, pattern: string): string[] {
  const wanted = globPattern(pattern);
  const found = splitDocuments(all).filter((document) => {
    const source = /# Source: [^/]+\/(.+)/.exec(document)?.[1];
    return source !== undefined && wanted.test(source);
  });
  if (found.length === 0) throw noTemplate(pattern);
  return found;
}

function noTemplate(pattern: string): KnownError {
  return new KnownError('not-found', `could not find template ${pattern} in chart`);
}

interface Part {
  readonly source: string;
  readonly text: string;
}

/** Writes one file per template below `--output-dir`; a template's further documents are appended. */
export async function writeManifests(
  call: Call,
  rendered: Rendered,
  releaseName: string,
): Promise<void> {
  const { flags, io } = call;
  const root = path.resolve(io.cwd, flags.string('output-dir'));
  const folder = flags.bool('release-name') ? path.join(root, releaseName) : root;
  const crds = flags.bool('include-crds') ? rendered.crds : [];
  const parts: Part[] = [
    ...crds.map(({ filename, data }) => ({
      source: filename,
      text: Buffer.from(data).toString('utf8'),
    })),
    ...rendered.manifests.map(({ path: source, text }) => ({ source, text })),
    ...hooksOf(call, rendered).map((hook) => ({ source: hook.path, text: hook.manifest })),
  ];
  const written = new Set<string>();
  for (const { source, text } of parts) {
    const file = path.join(folder, source);
    if (!file.startsWith(folder + path.sep)) {
      throw new KnownError('invalid', `template ${source} leads out of ${folder}`);
    }
    await mkdir(path.dirname(file), { recursive: true });
    const write = written.has(file) ? appendFile : writeFile;
    await write(file, `---\n# Source: ${source}\n${text}\n`);
    written.add(file);
    io.stdout.write(`wrote ${path.join(flags.string('output-dir'), path.relative(root, file))}\n`);
  }
  // Helm looks for these in what it would print, and with files written that is nothing.
  const [only] = flags.list('show-only');
  if (only !== undefined) throw noTemplate(only);
  // Helm prints the manifest that is now empty.
  io.stdout.write('\n');
}
