import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isRecord, KnownError, messageOf } from '../../../base/index.ts';
import { parseDocuments, stringify } from '../../../lib/yaml/index.ts';
import type { Call, Command } from '../cobra/index.ts';
import { connectFlux } from './flux-client.ts';
import { noArguments } from './flags.ts';

/** `fluxctl save`: the live namespaces and workloads as files for a repository. */
export const save: Command = {
  use: 'save --out config/',
  short: 'Save workload definitions to local files in cluster-native format',
  example: '  fluxctl save',
  args: noArguments,
  flags: [
    {
      name: 'out',
      shorthand: 'o',
      type: 'string',
      default: '-',
      usage:
        "Output path for exported config; the default. '-' indicates stdout; if a directory is given, each item will be saved in a file under the directory",
    },
  ],
  run: saveAll,
};

async function saveAll({ flags, io }: Call): Promise<void> {
  const out = flags.string('out');
  const folder = path.resolve(io.cwd, out);
  if (out !== '-' && !(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new KnownError('not-found', `path ${out} is not a directory`);
  }
  const client = await connectFlux(flags, io);
  const exported = await client.get<string>('v6/export', {});
  const text = Buffer.from(exported, 'base64').toString('utf8');
  for (const { value } of parseDocuments(text)) {
    if (!isRecord(value)) continue;
    const object = withoutServerFields(value);
    const document = `---\n${stringify(object)}`;
    if (out === '-') {
      io.stdout.write(document);
      continue;
    }
    const file = fileOf(object);
    // Names come from a server: one that leads out of the folder is not followed.
    const target = path.resolve(folder, file);
    if (!target.startsWith(`${folder}${path.sep}`)) {
      throw new KnownError('invalid', `the daemon names a file outside ${out}: ${file}`);
    }
    io.stdout.write(`Saving ${kindOf(object)} '${nameOf(object)}' to ${path.join(out, file)}\n`);
    await write(target, document);
  }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (thrown) {
    throw new KnownError('denied', `cannot write ${file}: ${messageOf(thrown)}`);
  }
}

type Fields = Record<string, unknown>;

/** `<name>-ns.yaml`, `<namespace>/<name>-dep.yaml`, `<namespace>/<name>-<Kind>.yaml`. */
function fileOf(object: Fields): string {
  const kind = kindOf(object);
  if (kind === 'Namespace') return `${nameOf(object)}-ns.yaml`;
  const suffix = kind === 'Deployment' ? 'dep' : kind;
  return path.join(
    String(metadataOf(object)['namespace'] ?? 'default'),
    `${nameOf(object)}-${suffix}.yaml`,
  );
}

function kindOf(object: Fields): string {
  return String(object['kind'] ?? '');
}

function nameOf(object: Fields): string {
  return String(metadataOf(object)['name'] ?? '');
}

function metadataOf(object: Fields): Fields {
  return isRecord(object['metadata']) ? object['metadata'] : {};
}

const ownAnnotations = [
  'deployment.kubernetes.io/revision',
  'kubectl.kubernetes.io/last-applied-configuration',
  'kubernetes.io/change-cause',
];

/** Without status, without what servers and clients note for themselves, without values that say nothing. */
function withoutServerFields(object: Fields): Fields {
  const { status: _, ...rest } = object;
  const { annotations, creationTimestamp: __, ...metadata } = metadataOf(object);
  const kept = Object.entries(isRecord(annotations) ? annotations : {}).filter(
    ([name]) => !ownAnnotations.includes(name),
  );
  const own = kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) };
  return withoutNothing({ ...rest, metadata: { ...metadata, ...own } }) as Fields;
}

/** Empty maps and lists stay, unlike with fluxctl: `emptyDir: {}` and `podSelector: {}` mean something. */
function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (!isRecord(value)) return value;
  const said = Object.entries(value).filter(
    ([name, inner]) => inner !== null && inner !== '' && name !== 'creationTimestamp',
  );
  return Object.fromEntries(said.map(([name, inner]) => [name, withoutNothing(inner)]));
}
