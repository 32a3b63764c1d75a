import { RE2JS } from 're2js';
import { parseDocument } from 'yaml';
import { KnownError, invalid, isRecord, messageOf } from '../../base/index.ts';
import type { JsonRecord } from '../../base/index.ts';
import { globPattern } from './glob.ts';
import { flagAt, listAt, mapAt, recordAt, textAt } from './stack-values.ts';
import { substitute } from './substitute.ts';
import type { Variables } from './substitute.ts';

/** Quantities as written (`128Mi`, `100m`). */
export interface FunctionResources {
  readonly memory?: string;
  readonly cpu?: string;
}

/** A function of a stack file. Absent lists and maps are empty. */
export interface StackFunction {
  readonly name: string;
  readonly lang: string;
  /** Folder of the handler, as written. */
  readonly handler: string;
  readonly image: string;
  readonly fprocess: string;
  readonly skipBuild: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly environmentFiles: readonly string[];
  readonly secrets: readonly string[];
  readonly constraints: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly limits?: FunctionResources;
  readonly requests?: FunctionResources;
  readonly readOnlyRootFilesystem: boolean;
  readonly buildOptions: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly platforms: string;
  readonly namespace: string;
}

export interface Stack {
  readonly version: string;
  /** '' when the file names none. */
  readonly gateway: string;
  /** In the order of their names. */
  readonly functions: readonly StackFunction[];
  readonly templates: ReadonlyArray<{ readonly name: string; readonly source: string }>;
  /** Further folders that every build gets. */
  readonly copy: readonly string[];
}

export interface StackOptions {
  readonly file?: string;
  /** Variables for `${…}`; absent: the text is taken as it stands. */
  readonly variables?: Variables;
  /** Only functions whose name has this glob. */
  readonly filter?: string;
  /** Only functions whose name has a match of this expression. */
  readonly regex?: string;
}

/** Reads a stack file. Throws `KnownError('invalid')` with faas-cli's words. */
export function parseStack(text: string, options: StackOptions = {}): Stack {
  const { file, variables } = options;
  const root = readYaml(variables === undefined ? text : substitute(text, variables, file), file);
  const provider = recordAt(root, 'provider');
  const name = textAt(provider, 'name');
  if (name !== 'openfaas') {
    throw invalid(
      `['openfaas'] is the only valid "provider.name" for the OpenFaaS CLI, but you gave: ${name}`,
    );
  }
  const version = textAt(root, 'version');
  if (version !== '' && version !== '1.0') {
    throw invalid(`[1.0] are the only valid versions for the stack file - found: ${version}`);
  }
  const configuration = recordAt(root, 'configuration');
  const all = Object.entries(recordAt(root, 'functions')).map(([key, value]) =>
    functionOf(key, value),
  );
  return {
    version: version === '' ? '1.0' : version,
    gateway: textAt(provider, 'gateway'),
    functions: chosen(
      all.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      options,
    ),
    templates: templatesOf(configuration),
    copy: listAt(configuration, 'copy'),
  };
}

/**
 * Every scalar as it is written: an environment value `1.10` is the text `1.10`, as Go reads it into a
 * string, and not a number.
 */
function readYaml(text: string, file: string | undefined): JsonRecord {
  const document = parseDocument(text, { schema: 'failsafe', merge: true, logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line ?? 1;
    throw invalid(`Error unmarshalling YAML: ${error.message.split('\n')[0]}`, {
      line,
      ...(file === undefined ? {} : { file }),
    });
  }
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (isRecord(value)) return value;
  throw invalid(
    'the stack file is not a map; it needs provider and functions',
    file === undefined ? {} : { file },
  );
}

function functionOf(name: string, value: unknown): StackFunction {
  const raw = isRecord(value) ? value : {};
  const limits = resourcesOf(raw, 'limits');
  const requests = resourcesOf(raw, 'requests');
  return {
    name,
    lang: textAt(raw, 'lang'),
    handler: textAt(raw, 'handler'),
    image: textAt(raw, 'image'),
    fprocess: textAt(raw, 'fprocess'),
    skipBuild: flagAt(raw, 'skip_build'),
    environment: mapAt(raw, 'environment'),
    environmentFiles: listAt(raw, 'environment_file'),
    secrets: listAt(raw, 'secrets'),
    constraints: listAt(raw, 'constraints'),
    labels: mapAt(raw, 'labels'),
    annotations: mapAt(raw, 'annotations'),
    ...(limits === undefined ? {} : { limits }),
    ...(requests === undefined ? {} : { requests }),
    readOnlyRootFilesystem: flagAt(raw, 'readonly_root_filesystem'),
    buildOptions: listAt(raw, 'build_options'),
    buildArgs: mapAt(raw, 'build_args'),
    platforms: textAt(raw, 'platforms'),
    namespace: textAt(raw, 'namespace'),
  };
}

function resourcesOf(raw: JsonRecord, key: string): FunctionResources | undefined {
  if (!isRecord(raw[key])) return undefined;
  const memory = textAt(raw[key], 'memory');
  const cpu = textAt(raw[key], 'cpu');
  return { ...(memory === '' ? {} : { memory }), ...(cpu === '' ? {} : { cpu }) };
}

function templatesOf(configuration: JsonRecord): Stack['templates'] {
  const { templates } = configuration;
  if (!Array.isArray(templates)) return [];
  return templates
    .filter(isRecord)
    .map((each) => ({ name: textAt(each, 'name'), source: textAt(each, 'source') }));
}

function chosen(all: readonly StackFunction[], options: StackOptions): readonly StackFunction[] {
  const { filter = '', regex = '' } = options;
  if (filter !== '' && regex !== '') throw invalid('pass in a regex or a filter, not both');
  if (filter === '' && regex === '') return all;
  const isWanted =
    filter === '' ? matcherOf(regex) : (name: string) => globPattern(filter).test(name);
  const found = all.filter(({ name }) => isWanted(name));
  if (found.length > 0) return found;
  throw new KnownError(
    'not-found',
    'no functions matching --filter/--regex were found in the YAML file',
  );
}

function matcherOf(regex: string): (name: string) => boolean {
  try {
    const pattern = RE2JS.compile(regex);
    return (name) => pattern.matcher(name).find();
  } catch (thrown) {
    throw invalid(`--regex ${JSON.stringify(regex)}: ${messageOf(thrown)}`);
  }
}

/** The `environment:` map of an environment file. Throws `KnownError('invalid')`. */
export function parseEnvironmentFile(text: string, file: string): Record<string, string> {
  return mapAt(readYaml(text, file), 'environment');
}
