import { KnownError } from '../../../base/index.ts';
import {
  ManifestError,
  defaultCapabilities,
  releaseNameProblem,
  renderChart,
} from '../../../lib/helm/index.ts';
import { TemplateError } from '../../../lib/gotemplate/index.ts';
import type { RenderOptions, Rendered } from '../../../lib/helm/index.ts';
import type { Call, Command } from '../cobra/index.ts';
import { helmArgs } from './args.ts';
import { checkChart } from './check-chart.ts';
import { checkDryRun, refuseDns } from './releases/deploy-options.ts';
import { failureText } from './explain/explain-failure.ts';
import { explainFlag } from './explain/explain-flag.ts';
import { chartFlags, deployFlags, nameTemplateFlag, valuesFlags } from './flags.ts';
import { locateChart } from './locate-chart.ts';
import { mergedValues } from './merge-values.ts';
import { nameAndChart } from './name-and-chart.ts';
import { printManifests, writeManifests } from './print-manifests.ts';
import { warningPrinter } from './print-warnings.ts';
import { refuse } from './refuse.ts';
import { kubeVersionOf, namespaceOf, renderPorts } from './settings.ts';

const use = 'template [NAME] [CHART]';

/** `helm template`: renders a chart here and prints it; nothing of a cluster is asked. */
export const template: Command = {
  use: `${use} [flags]`,
  short: 'locally render templates',
  long: `
Render chart templates locally and display the output.

Any values that would normally be looked up or retrieved in-cluster will be
faked locally. Additionally, none of the server-side testing of chart validity
(e.g. whether an API is supported) is done.
`,
  args: helmArgs('at least', 1, use),
  flags: [
    {
      name: 'api-versions',
      shorthand: 'a',
      type: 'stringSlice',
      usage: 'Kubernetes api versions used for Capabilities.APIVersions',
    },
    {
      name: 'generate-name',
      shorthand: 'g',
      type: 'bool',
      usage: 'generate the name (and omit the NAME parameter)',
    },
    explainFlag,
    nameTemplateFlag,
    { name: 'include-crds', type: 'bool', usage: 'include CRDs in the templated output' },
    {
      name: 'is-upgrade',
      type: 'bool',
      usage: 'set .Release.IsUpgrade instead of .Release.IsInstall',
    },
    {
      name: 'kube-version',
      type: 'string',
      usage: 'Kubernetes version used for Capabilities.KubeVersion',
    },
    {
      name: 'output-dir',
      type: 'string',
      usage: 'writes the executed templates to files in output-dir instead of stdout',
    },
    { name: 'release-name', type: 'bool', usage: 'use release name in the output-dir path.' },
    {
      name: 'show-only',
      shorthand: 's',
      type: 'stringArray',
      usage: 'only show manifests rendered from the given templates',
    },
    { name: 'skip-tests', type: 'bool', usage: 'skip tests from templated output' },
    {
      name: 'replace',
      type: 'bool',
      usage:
        're-use the given name, only if that name is a deleted release which remains in the history',
    },
    {
      name: 'validate',
      type: 'bool',
      usage:
        'validate your manifests against the Kubernetes cluster you are currently pointing at (not supported)',
    },
    ...deployFlags,
    ...chartFlags,
    ...valuesFlags,
  ],
  run,
};

async function run(call: Call): Promise<void> {
  const { flags, io } = call;
  const kubeVersion = kubeVersionOf(call);
  checkFlags(call);
  const { name, chartName } = await nameAndChart(call, 'release-name');
  const given = await mergedValues(call);
  const { chart } = await locateChart(call, chartName);
  checkChart(call, chart);
  checkName(name);
  const namespace = await namespaceOf(call);
  const rendered = rendering(call, {
    chart,
    values: given.values,
    valuesSources: given.sources,
    trace: flags.bool('explain'),
    release: { name, namespace, isUpgrade: flags.bool('is-upgrade') },
    capabilities: {
      kubeVersion,
      apiVersions: [...defaultCapabilities.apiVersions, ...flags.list('api-versions')],
    },
    ports: renderPorts(io),
    onWarning: warningPrinter(io),
    skipSchemaValidation: flags.bool('skip-schema-validation'),
    subchartNotes: flags.bool('render-subchart-notes'),
  });
  if (flags.string('output-dir') === '') printManifests(call, rendered);
  else await writeManifests(call, rendered, name);
}

function checkFlags(call: Call): void {
  const { flags } = call;
  checkDryRun(call);
  refuseDns(call);
  if (flags.bool('explain') && flags.string('output-dir') !== '') {
    throw new KnownError('invalid', '--explain is printed, it cannot be used with --output-dir');
  }
  refuse(call, ['post-renderer', 'post-renderer-args']);
  if (flags.bool('validate') || flags.string('dry-run') === 'server') {
    throw new KnownError(
      'unsupported',
      '--validate and --dry-run=server are not supported by template: use `helm install --dry-run=server` to ask a cluster',
    );
  }
}

function checkName(name: string): void {
  const problem = releaseNameProblem(name);
  if (problem === undefined) return;
  throw new KnownError('invalid', `release name ${JSON.stringify(name)}: ${problem}`);
}

/** What rendering printed before its documents could not be read is shown with `--debug`, as Helm does. */
function rendering(call: Call, options: RenderOptions): Rendered {
  try {
    return renderChart(options);
  } catch (thrown) {
    if (!isOfRendering(thrown)) throw thrown;
    const why = failureText(call, options);
    if (!call.flags.bool('debug')) {
      const hint = 'Use --debug flag to render out invalid YAML';
      throw new KnownError('invalid', `${thrown.message}\n\n${hint}${why}`, { cause: thrown });
    }
    const files = thrown instanceof ManifestError ? thrown.files : [];
    for (const [file, content] of files) {
      if (content.trim() !== '') call.io.stdout.write(`---\n# Source: ${file}\n${content}\n`);
    }
    throw new KnownError('invalid', `${thrown.message}${why}`, { cause: thrown });
  }
}

/** Helm has a release in hand, and so something to show, once it has begun to render. */
function isOfRendering(thrown: unknown): thrown is KnownError {
  if (!(thrown instanceof KnownError)) return false;
  const isTemplate = thrown instanceof TemplateError || thrown.cause instanceof TemplateError;
  const isVersion = thrown.message.startsWith('chart requires kubeVersion: ');
  return isTemplate || isVersion || thrown instanceof ManifestError;
}
