import { KnownError } from '../../../../base/index.ts';
import { createSecretStore, installRelease, upgradeRelease } from '../../../../lib/helm/index.ts';
import type { DeployOptions, Release } from '../../../../lib/helm/index.ts';
import type { Call, Command, FlagValues } from '../../cobra/index.ts';
import { helmArgs } from '../args.ts';
import { checkChart } from '../check-chart.ts';
import { chartFlags, deployFlags, nameTemplateFlag, outputFlag, valuesFlags } from '../flags.ts';
import { dryRunOf, printable, refuseDns } from './deploy-options.ts';
import { checkHideSecret, hideSecretFlag, withoutSecrets } from './hide-secrets.ts';
import { refuse } from '../refuse.ts';
import { locateChart } from '../locate-chart.ts';
import { nameAndChart } from '../name-and-chart.ts';
import { mergedValues } from '../merge-values.ts';
import { actionPorts } from '../settings.ts';
import { statusText } from './status.ts';
import { printAs } from '../table.ts';

const common = [...deployFlags, hideSecretFlag, ...chartFlags, ...valuesFlags, outputFlag];

/** `helm install NAME CHART`. */
export const install: Command = {
  use: 'install [NAME] [CHART] [flags]',
  short: 'install a chart',
  args: helmArgs('at least', 1, 'install [NAME] [CHART]'),
  flags: [
    ...common,
    nameTemplateFlag,
    {
      name: 'generate-name',
      shorthand: 'g',
      type: 'bool',
      usage: 'generate the name (and omit the NAME parameter)',
    },
    {
      name: 'replace',
      type: 'bool',
      usage:
        're-use the given name, only if that name is a deleted release which remains in the history. This is unsafe in production',
    },
  ],
  run: (call) => headed('INSTALLATION FAILED', () => runInstall(call)),
};

async function runInstall(call: Call): Promise<void> {
  const { flags } = call;
  const { name, chartName } = await nameAndChart(call);
  const { ports, options } = await prepared(call, chartName);
  const release = await installRelease(ports, {
    ...options,
    name,
    createNamespace: flags.bool('create-namespace'),
    replace: flags.bool('replace'),
  });
  printRelease(call, release, '');
}

/** `helm upgrade NAME CHART`. */
export const upgrade: Command = {
  use: 'upgrade [RELEASE] [CHART] [flags]',
  short: 'upgrade a release',
  args: helmArgs('exactly', 2, 'upgrade [RELEASE] [CHART]'),
  flags: [
    ...common,
    {
      name: 'cleanup-on-fail',
      type: 'bool',
      usage: 'allow deletion of new resources created in this upgrade when upgrade fails',
    },
    {
      name: 'history-max',
      type: 'int',
      default: '10',
      usage: 'limit the maximum number of revisions saved per release. Use 0 for no limit',
      env: 'HELM_MAX_HISTORY',
    },
    {
      name: 'install',
      shorthand: 'i',
      type: 'bool',
      usage: "if a release by this name doesn't already exist, run an install",
    },
    {
      name: 'reset-then-reuse-values',
      type: 'bool',
      usage:
        "when upgrading, reset the values to the ones built into the chart, apply the last release's values and merge in any overrides from the command line via --set and -f",
    },
    {
      name: 'reset-values',
      type: 'bool',
      usage: 'when upgrading, reset the values to the ones built into the chart',
    },
    {
      name: 'reuse-values',
      type: 'bool',
      usage:
        "when upgrading, reuse the last release's values and merge in any overrides from the command line via --set and -f",
    },
  ],
  run: (call) => headed('UPGRADE FAILED', () => runUpgrade(call)),
};

async function runUpgrade(call: Call): Promise<void> {
  const [name = '', chartName = ''] = call.args;
  const { flags, io } = call;
  const { ports, options } = await prepared(call, chartName);
  const heads = await createSecretStore({ ...ports, namespace: options.namespace }).heads(name);
  const isNew = heads.length === 0 || heads.at(-1)?.status === 'uninstalled';
  if (flags.bool('install') && isNew) {
    io.stdout.write(`Release ${JSON.stringify(name)} does not exist. Installing it now.\n`);
    const release = await installRelease(ports, {
      ...options,
      name,
      createNamespace: flags.bool('create-namespace'),
      replace: heads.length > 0,
    });
    printRelease(call, release, '');
    return;
  }
  const valuesFrom = valuesMode(flags);
  const release = await upgradeRelease(ports, {
    ...options,
    name,
    cleanupOnFail: flags.bool('cleanup-on-fail'),
    maxHistory: flags.number('history-max'),
    ...(valuesFrom === undefined ? {} : { valuesFrom }),
  });
  const done = `Release ${JSON.stringify(name)} has been upgraded. Happy Helming!\n`;
  printRelease(call, release, done);
}

function valuesMode(flags: FlagValues): 'reset' | 'reuse' | 'reset-then-reuse' | undefined {
  if (flags.bool('reset-values')) return 'reset';
  if (flags.bool('reuse-values')) return 'reuse';
  return flags.bool('reset-then-reuse-values') ? 'reset-then-reuse' : undefined;
}

interface Prepared {
  readonly ports: Awaited<ReturnType<typeof actionPorts>>;
  readonly options: Omit<DeployOptions, 'name'>;
}

async function prepared(call: Call, chartName: string): Promise<Prepared> {
  const { flags } = call;
  const dry = dryRunOf(call);
  refuseDns(call);
  refuse(call, ['post-renderer', 'post-renderer-args']);
  checkHideSecret(call, dry.dryRun);
  const { values } = await mergedValues(call);
  const { chart } = await locateChart(call, chartName);
  checkChart(call, chart);
  const ports = await actionPorts(call);
  const description = flags.string('description');
  return {
    ports,
    options: {
      namespace: ports.namespace,
      chart,
      values,
      timeoutMs: flags.number('timeout'),
      wait: flags.bool('wait') || flags.bool('atomic'),
      waitForJobs: flags.bool('wait-for-jobs'),
      disableHooks: flags.bool('no-hooks'),
      skipCrds: flags.bool('skip-crds'),
      skipSchemaValidation: flags.bool('skip-schema-validation'),
      takeOwnership: flags.bool('take-ownership'),
      atomic: flags.bool('atomic'),
      force: flags.bool('force'),
      ...dry,
      ...(flags.changed('labels') ? { labels: flags.map('labels') } : {}),
      subchartNotes: flags.bool('render-subchart-notes'),
      ...(description === '' ? {} : { description }),
    },
  };
}

function printRelease(call: Call, made: Release, before: string): void {
  const release = withoutSecrets(call, made);
  printAs(
    call,
    printable(release),
    () => before + statusText(release, { hideNotes: call.flags.bool('hide-notes') }),
  );
}

async function headed(head: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof KnownError)) throw thrown;
    throw new KnownError(thrown.code, `${head}: ${thrown.message}`, { cause: thrown });
  }
}
