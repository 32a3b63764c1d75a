import { KnownError } from '../../base/index.ts';
import type { Clock, Logger } from '../../base/index.ts';
import { parseImage } from '../../lib/oci/index.ts';
import type { ImageStore, RegistryClient } from '../../lib/oci/index.ts';
import type { Environment } from '../../lib/git/index.ts';
import { assembleContext } from './build-context.ts';
import type { Builder, BuiltImage } from './builder.ts';
import { daemonlessBuilder } from './daemonless-builder.ts';
import { findContainerTool } from './container-tool.ts';
import { findTemplate } from './template.ts';
import type { Template } from './template.ts';

export interface BuildOptions {
  /** Name of the function. */
  readonly name: string;
  /** Name of the image, with tag. */
  readonly image: string;
  readonly lang: string;
  /** Folder of the handler, from the project's folder. */
  readonly handler: string;
  /** Folder of the stack file; `build/<name>` is made in it. */
  readonly projectDir: string;
  readonly store: ImageStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** For PATH, where container tools are looked for, and proxies. */
  readonly environment?: Environment;
  /** Folder of templates that come with the program, ours unless told otherwise. */
  readonly bundledTemplates?: string;
  readonly copy?: readonly string[];
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Names of the template's `build_options` to add. */
  readonly buildOptions?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly noCache?: boolean;
  /** An image with Node to build upon, for runtimes that start containers; none is needed for the process driver. */
  readonly base?: { readonly image: string; readonly client: RegistryClient };
  readonly created?: Date;
  /** `auto`: our own builder where it can, else a container tool. */
  readonly builder?: 'auto' | 'trice' | 'buildah' | 'podman' | 'docker';
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Builds a function's image and keeps it in the store; nothing is pushed. Throws KnownErrors: `not-found`
 * (template, handler), `unsupported` (no builder for the template), `failed` (the tool's own failure).
 */
export async function buildFunction(options: BuildOptions): Promise<BuiltImage> {
  const { name, projectDir, store, clock, log, signal, created, base } = options;
  const ref = parseImage(options.image);
  const template = await templateOf(options);
  const copy = options.copy ?? [];
  const context = await assembleContext({
    name,
    projectDir,
    handler: options.handler,
    template,
    copy,
  });
  const builder = await builderFor(template, options);
  return builder.build({
    name,
    ref,
    context,
    template,
    store,
    clock,
    log,
    buildArgs: { ...options.buildArgs, ...packagesOf(template, options.buildOptions ?? []) },
    labels: options.labels ?? {},
    noCache: options.noCache ?? false,
    onLine: options.onLine ?? (() => {}),
    ...(base === undefined ? {} : { base: { ref: parseImage(base.image), client: base.client } }),
    ...(created === undefined ? {} : { created }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Lays out the build context only (`--shrinkwrap`), and gives its folder. */
export async function shrinkwrapFunction(options: BuildOptions): Promise<string> {
  const { name, projectDir, handler, copy = [] } = options;
  return assembleContext({ name, projectDir, handler, copy, template: await templateOf(options) });
}

/** `dockerfile` is no template: the handler's folder is the whole context. */
async function templateOf(options: BuildOptions): Promise<Template> {
  const { lang, projectDir, bundledTemplates } = options;
  if (lang === '')
    throw new KnownError(
      'invalid',
      `function ${options.name} has no lang; set it in the stack file`,
    );
  if (lang.toLowerCase() === 'dockerfile') {
    return {
      language: 'dockerfile',
      dir: '',
      fprocess: '',
      welcome: '',
      handlerFolder: '',
      buildOptions: [],
    };
  }
  const bundled = bundledTemplates === undefined ? {} : { bundled: bundledTemplates };
  return findTemplate(lang, { projectDir, ...bundled });
}

async function builderFor(template: Template, options: BuildOptions): Promise<Builder> {
  const { builder = 'auto' } = options;
  const isOurs = template.process !== undefined;
  if (builder === 'trice' || (builder === 'auto' && isOurs)) {
    if (isOurs) return daemonlessBuilder;
    throw new KnownError(
      'unsupported',
      `template ${template.language} needs a container tool; Trice builds templates with a process section itself`,
    );
  }
  const tool = await findContainerTool(builder === 'auto' ? undefined : builder, options);
  if (tool !== undefined) return tool;
  const wanted = builder === 'auto' ? 'buildah, podman or docker' : builder;
  throw new KnownError(
    'unsupported',
    `template ${template.language} has a Dockerfile and needs ${wanted}, which was not found on PATH; install it, or use a template Trice builds itself (node)`,
  );
}

/** `ADDITIONAL_PACKAGE` as templates expect it. */
function packagesOf(template: Template, chosen: readonly string[]): Record<string, string> {
  const packages = chosen.flatMap((name) => {
    const option = template.buildOptions.find((each) => each.name === name);
    if (option !== undefined) return option.packages;
    throw new KnownError(
      'invalid',
      `template ${template.language} has no build option ${JSON.stringify(name)}`,
    );
  });
  return packages.length === 0 ? {} : { ADDITIONAL_PACKAGE: packages.join(' ') };
}

/** Sends a built image to its registry and gives the digest. Throws `not-found` when it was not built. */
export function pushFunction(options: {
  readonly image: string;
  readonly store: ImageStore;
  readonly client: RegistryClient;
}): Promise<string> {
  return options.store.push(parseImage(options.image), options.client);
}
