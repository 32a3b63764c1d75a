import type { KeyObject } from 'node:crypto';
import { KnownError, messageOf, type Clock, type KubeObject } from '../../../base/index.ts';
import type { Environment } from '../../../lib/git/index.ts';
import { resourceId, type Manifest } from '../../../lib/manifest/index.ts';
import { memorySource, openReader, type Reading } from '../../../lib/revision/index.ts';
import { crds } from '../../operator/index.ts';
import { renderReleases } from './check-charts.ts';
import { objectComplaints } from './check-object.ts';
import { sealFindings } from './check-sealed.ts';
import { definitionsOf, type Definitions } from './definitions.ts';
import type { Checked, Finding } from './finding.ts';

export interface CheckPorts {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Git paths; empty is everything. */
  readonly paths: readonly string[];
  /** Kubernetes version, `1.34`. */
  readonly kubernetes: string;
  readonly chartsPath: string;
  /** Where a kind that nobody defines is an error. */
  readonly isStrict: boolean;
  /** Run the commands of `.flux.yaml` files. */
  readonly runsCommands: boolean;
  readonly defaultNamespace: string;
  /** Public keys of the cluster that opens sealed secrets. */
  readonly sealKeys: readonly KeyObject[];
  /** Objects that are in the cluster besides: definitions of kinds. */
  readonly more: readonly KubeObject[];
  /** A folder for commands to run in. */
  readonly dir: string;
  readonly environment: Environment;
  readonly clock: Clock;
}

/** Looks at a repository as the sync, the release operator and the API server would, with no cluster. */
export async function checkRepository(ports: CheckPorts): Promise<Checked> {
  const { files, note } = withoutCommands(ports);
  const reading = await readingOf({ ...ports, files });
  if ('finding' in reading) {
    return { findings: [...note, reading.finding], files: files.size, objects: 0, charts: 0 };
  }
  const { manifests, failures } = reading;
  const charts = renderReleases({ ...ports, files, manifests });
  const all = [...manifests, ...charts.manifests.map(({ manifest }) => manifest)];
  const defined = [...crds, ...ports.more, ...all.map(({ object }) => object)];
  const definitions = definitionsOf(defined);
  const findings: Finding[] = [
    ...note,
    ...failures.map(({ file, line, message }): Finding => ({
      level: 'error',
      rule: 'parse',
      file,
      message,
      ...(line === undefined ? {} : { line }),
    })),
    ...duplicates(manifests, definitions, ports.defaultNamespace),
    ...charts.findings,
  ];
  for (const manifest of manifests) {
    findings.push(...(await lookAt(manifest, definitions, ports)));
    findings.push(...sealFindings(manifest, ports.sealKeys));
  }
  for (const { manifest, of, namespace } of charts.manifests) {
    const found = await lookAt(manifest, definitions, { ...ports, defaultNamespace: namespace });
    // What a chart makes is to be mended where the release is, or in its template.
    const place = { file: of.file, line: of.line };
    findings.push(
      ...found.map((each) => ({ ...each, ...place, message: `${manifest.file}: ${each.message}` })),
    );
  }
  return { findings, files: files.size, objects: all.length, charts: charts.count };
}

async function readingOf(ports: CheckPorts): Promise<Reading | { readonly finding: Finding }> {
  const { files, paths, dir, environment, clock } = ports;
  try {
    const reader = openReader({
      source: memorySource(files),
      paths,
      generating: { dir, environment, clock },
    });
    return await reader.read('the folder');
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    const file = paths[0] ?? '.';
    return { finding: { level: 'error', rule: 'generate', file, message: messageOf(thrown) } };
  }
}

/** Commands of a repository that is only looked at are not run, unless a person says so. */
function withoutCommands({ files, runsCommands }: CheckPorts): {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly note: Finding[];
} {
  const asking = [...files].filter(
    ([name, content]) =>
      /(^|\/)\.flux\.yaml$/.test(name) && Buffer.from(content).toString('utf8').includes('command'),
  );
  if (runsCommands || asking.length === 0) return { files, note: [] };
  const names = asking.map(([name]) => name);
  const message = 'its commands are not run, its files read as they are; --run-commands runs them';
  return {
    files: new Map([...files].filter(([name]) => !names.includes(name))),
    note: names.map((file) => ({ level: 'warning', rule: 'generate', file, message })),
  };
}

function duplicates(
  manifests: readonly Manifest[],
  definitions: Definitions,
  defaultNamespace: string,
): Finding[] {
  const seen = new Map<string, Manifest>();
  const findings: Finding[] = [];
  for (const manifest of manifests) {
    const id = idOf(manifest.object, definitions, defaultNamespace);
    const first = seen.get(id);
    if (first === undefined) seen.set(id, manifest);
    else {
      const { file, line } = manifest;
      const message = `duplicate definition of '${id}' (in ${first.file} and ${file})`;
      findings.push({ level: 'error', rule: 'duplicate', file, line, id, message });
    }
  }
  return findings;
}

function idOf(object: KubeObject, definitions: Definitions, defaultNamespace: string): string {
  const { namespace, ...metadata } = object.metadata;
  const isNamespaced = definitions(object.apiVersion, object.kind)?.isNamespaced !== false;
  const place = isNamespaced ? { namespace: namespace || defaultNamespace } : {};
  return resourceId({ ...object, metadata: { ...metadata, ...place } });
}

async function lookAt(
  { object, file, line }: Manifest,
  definitions: Definitions,
  ports: CheckPorts,
): Promise<Finding[]> {
  const { apiVersion, kind } = object;
  const definition = definitions(apiVersion, kind);
  const id = idOf(object, definitions, ports.defaultNamespace);
  const place = { file, line, id };
  if (definition === undefined) {
    const level = ports.isStrict ? 'error' : 'warning';
    const message = `nothing here defines ${apiVersion} ${kind}: not checked`;
    return [{ ...place, level, rule: 'unknown-kind', message }];
  }
  const { removedIn } = definition;
  if (removedIn !== undefined && minorOf(ports.kubernetes) >= removedIn) {
    const message = `Kubernetes ${ports.kubernetes} has no ${apiVersion} ${kind} any more (since 1.${removedIn})`;
    return [{ ...place, level: 'error', rule: 'removed-kind', message }];
  }
  const placed = withNamespace(object, definition.isNamespaced, ports.defaultNamespace);
  const complaints = await objectComplaints(placed, definition);
  return complaints.map((message) => ({ ...place, level: 'error', rule: 'schema', message }));
}

/** As the sync would apply it. */
function withNamespace(object: KubeObject, isNamespaced: boolean, fallback: string): KubeObject {
  const { namespace, ...metadata } = object.metadata;
  const place = isNamespaced ? { namespace: namespace || fallback } : {};
  return { ...object, metadata: { ...metadata, ...place } };
}

function minorOf(version: string): number {
  return Number(/^v?\d+\.(\d+)/.exec(version)?.[1] ?? 0);
}
